"""Layout of an alert on Slack: Block Kit within its limits; names bold, everything else as it is written.

Names are written by strangers: `& < >` are escaped, signs of formatting become ones that look alike, and nothing is
linked, parsed or unfurled.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from fbads_pipeline.adapters.channels.slack_pictures import SlackPicture
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import DueDelivery
from fbads_pipeline.domain.alerts.brief import RenderedLine
from fbads_pipeline.domain.alerts.outgoing import Outgoing, outgoing

ACKNOWLEDGE = "delivery_acknowledge"
_BUTTON_SUBJECTS = {"suggestion_id", "anomaly_id", "problem_id"}
LONGEST_HEADER = 150
LONGEST_SECTION = 3000
LONGEST_MESSAGE = 12_000
MOST_BLOCKS = 50
_LONGEST_URL = 3000
_LONGEST_IMAGE_TEXT = 2000
# What Slack reads as formatting, and signs that look alike.
_LOOK_ALIKE = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})

Block = dict[str, Any]
# Slack's id of the action, key of its label, style.
_Button = tuple[str, str, str | None]
_MARKS: tuple[_Button, ...] = (
    ("feedback_useful", "alerts.slack.useful", None),
    ("feedback_not_useful", "alerts.slack.not_useful", None),
)
_BUTTONS: tuple[_Button, ...] = (
    ("suggestion_accept", "alerts.slack.approve", "primary"),
    ("suggestion_reject", "alerts.slack.reject", "danger"),
    ("suggestion_snooze", "alerts.slack.snooze", None),
    *_MARKS,
)


def escape(text: str) -> str:
    """Text in which Slack finds no mention, link or command (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(title: str, body: str) -> str:
    """The whole message without layout: what notifications show, and what remains when blocks are refused."""
    return _fitting(f"{title}\n{body}", LONGEST_MESSAGE)


def blocks(
    delivery: DueDelivery, *, with_buttons: bool, public_url: str | None = None, picture: SlackPicture | None = None
) -> list[Block]:
    """A header, at most three sections with their buttons, how many more there are, and a button with the link. Of an
    alert without a brief: as many sections as the body needs. picture: of the first section, right below it."""
    if delivery.brief is None:
        return _blocks_of_body(delivery, with_buttons=with_buttons)
    sent = outgoing(delivery, public_url)
    made: list[Block] = [{"type": "header", "text": _plain(_fitting(sent.title, LONGEST_HEADER))}]
    decided = [one for one in sent.lines if with_buttons and _BUTTON_SUBJECTS & one.subject.keys()]
    for number, line in enumerate(sent.lines):
        made.append({"type": "section", "text": {"type": "mrkdwn", "text": _marked(line), "verbatim": True}})
        made += [_image(picture)] if picture and number == 0 else []
        made += [_buttons(line.subject, delivery.language)] if line in decided else []
    if sent.more:
        made.append({"type": "context", "elements": [_plain(escape(sent.more))]})
    last = _link_buttons(sent, delivery.language)
    if with_buttons and not decided:
        last += _mark_buttons(f"alert:{delivery.alert.alert_id}", delivery.language)
    if last:
        made.append({"type": "actions", "block_id": f"alert-{delivery.alert.alert_id}"[:255], "elements": last})
    return made


def _marked(line: RenderedLine) -> str:
    """The name bold on a line of its own, then what is said of it, the money bold."""
    said = _fitting(line.said.replace("*", "∗"), LONGEST_SECTION - 700)
    parts = [_inert(line.name)] if line.name else []
    money = f" · *{_inert(line.money, bold=False)}*" if line.money else ""
    return "\n".join([*parts, said.rstrip(".") + money if money else said])


def _image(picture: SlackPicture) -> Block:
    return {
        "type": "image",
        "slack_file": {"id": picture.file_id},
        "title": _plain(_fitting(picture.words.title, _LONGEST_IMAGE_TEXT)),
        "alt_text": picture.words.description[:_LONGEST_IMAGE_TEXT],
    }


def _inert(name: str, *, bold: bool = True) -> str:
    """Bold, without what Slack would read as formatting."""
    shown = _fitting(name.translate(_LOOK_ALIKE), 300)
    shown = re.sub(r"(?<!\w)_|_(?!\w)", "‗", shown)
    return f"*{shown}*" if bold else shown


def _link_buttons(sent: Outgoing, language: str) -> list[Block]:
    if sent.link is None or len(sent.link) > _LONGEST_URL:
        return []
    label = _plain(translator().render(sent.link_label, language))
    return [{"type": "button", "action_id": "open_page", "text": label, "url": sent.link, "style": "primary"}]


def _blocks_of_body(delivery: DueDelivery, *, with_buttons: bool) -> list[Block]:
    header: Block = {"type": "header", "text": _plain(_fitting(delivery.title, LONGEST_HEADER))}
    made, characters_left = [header], LONGEST_MESSAGE
    pieces = _pieces(delivery, with_buttons)
    for number, (lines, suggestion) in enumerate(pieces):
        sections, characters_left = _sections(lines, characters_left)
        needed = len(sections) + (suggestion is not None)
        if characters_left < 0 or len(made) + needed > MOST_BLOCKS - 1:
            left = sum(len(rest) for rest, _ in pieces[number:])
            return [*made, _section(translator().text("alerts.slack.lines_left_out", delivery.language, count=left))]
        made += [_section(text) for text in sections]
        if suggestion is not None:
            made.append(_buttons(suggestion, delivery.language))
    if with_buttons and all(one is None for _, one in pieces):
        made.append(_marks(f"alert:{delivery.alert.alert_id}", f"alert-{delivery.alert.alert_id}", delivery.language))
    return made


def _pieces(delivery: DueDelivery, with_buttons: bool) -> list[tuple[list[str], Mapping[str, Any] | None]]:
    """The body's lines, cut after each suggestion or anomaly that has buttons."""
    lines = delivery.body.splitlines()
    parts = cast("Sequence[Mapping[str, Any]]", delivery.alert.facts.get("parts", ()))
    decided = [one for one in parts if with_buttons and _BUTTON_SUBJECTS & one.keys()]
    if not decided:
        # Pieces of one line each let a digest fill the message to its limit and count what did not fit.
        return [(lines, None)] if len("\n".join(lines)) < LONGEST_MESSAGE else [([line], None) for line in lines]
    pieces: list[tuple[list[str], Mapping[str, Any] | None]] = []
    at = 0
    for one in decided:
        end = int(one["line"]) + int(one["lines"])
        pieces.append((lines[at:end], one))
        at = end
    return [*pieces, (lines[at:], None)]


def _buttons(part: Mapping[str, Any], language: str) -> Block:
    """Of a suggestion approve, reject, snooze, and of everything useful or not: the value names the suggestion and the
    version that was read, or the anomaly. Of a delivery problem: acknowledge."""
    if "problem_id" in part:
        label = _plain(translator().text("alerts.slack.acknowledge", language))
        button = {"type": "button", "action_id": ACKNOWLEDGE, "text": label, "value": str(part["problem_id"])}
        return {"type": "actions", "block_id": f"problem-{part['problem_id']}"[:255], "elements": [button]}
    is_suggestion = "suggestion_id" in part
    named = f"{part['suggestion_id']}:{part['version']}" if is_suggestion else str(part["anomaly_id"])
    elements = [
        {"type": "button", "action_id": action, "text": _plain(translator().text(label, language)), "value": named}
        | ({} if style is None else {"style": style})
        for action, label, style in (_BUTTONS if is_suggestion else _MARKS)
    ]
    block = f"suggestion-{part['suggestion_id']}" if is_suggestion else f"anomaly-{part['anomaly_id']}"
    return {"type": "actions", "block_id": block[:255], "elements": elements}


def _mark_buttons(value: str, language: str) -> list[Block]:
    """Useful or not."""
    return [
        {"type": "button", "action_id": action, "text": _plain(translator().text(label, language)), "value": value}
        for action, label, _ in _MARKS
    ]


def _marks(value: str, block: str, language: str) -> Block:
    elements = _mark_buttons(value, language)
    return {"type": "actions", "block_id": block[:255], "elements": elements}


def _sections(lines: Sequence[str], characters_left: int) -> tuple[list[str], int]:
    """The lines, escaped, in pieces of whole lines, and the characters that are left; too long a line is cut."""
    pieces: list[str] = []
    for line in lines:
        text = _fitting(line, LONGEST_SECTION)
        characters_left -= len(text) + 1
        if pieces and len(pieces[-1]) + 1 + len(text) <= LONGEST_SECTION:
            pieces[-1] += "\n" + text
        else:
            pieces.append(text)
    return [piece.strip("\n") for piece in pieces if piece.strip()], characters_left


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text)}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _fitting(text: str, most: int) -> str:
    """Escaped, and cut (between characters, not inside an escape) to at most that many."""
    escaped = escape(text)
    if len(escaped) <= most:
        return escaped
    kept, length = [], 1
    for piece in map(escape, text):
        length += len(piece)
        if length > most:
            break
        kept.append(piece)
    return "".join(kept) + "…"
