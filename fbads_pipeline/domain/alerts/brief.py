"""What an alert says on a phone: after its title at most three lines, the rest counted. Pages have all of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fbads_pipeline.domain.core.headlines import shortened
from fbads_pipeline.domain.core.messages import Message, Value, from_json, message, to_json

MOST_LINES = 3
LONGEST_NAME_IN_LINE = 40


@dataclass(frozen=True)
class BriefLine:
    """One campaign, ad or account: its name ("" where the title names it), what is said of it, its money ("" for none).

    subject: what a button on it decides, as in an alert's `facts["parts"]`.
    """

    name: Value
    said: Value
    money: Value = ""
    subject: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Brief:
    """The lines, the most money first, and how many more there are. Never more than three."""

    lines: tuple[BriefLine, ...]
    more: int = 0

    def __post_init__(self) -> None:
        if len(self.lines) > MOST_LINES:
            raise ValueError(f"a brief has {MOST_LINES} lines, not {len(self.lines)}")


@dataclass(frozen=True)
class RenderedLine:
    """A line in one language, each part plain and on one line."""

    name: str
    said: str
    money: str
    subject: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it: `Verão: CTR despencou, 0,55 % em 24 horas; R$ 379/dia em jogo`."""
        said = f"{self.said.rstrip('.')}; {self.money}" if self.money else self.said
        return f"{self.name}: {said}" if self.name else said


@dataclass(frozen=True)
class RenderedBrief:
    """The lines in one language; more: such as `e mais 4`, "" for none."""

    lines: tuple[RenderedLine, ...]
    more: str = ""

    @property
    def text(self) -> str:
        """Lines and the rest, each on a line of its own."""
        return "\n".join([*(one.text for one in self.lines), *([self.more] if self.more else [])])


def brief_of(lines: Sequence[BriefLine]) -> Brief:
    """The first three, and how many there are besides. lines: in their order, the most money first."""
    return Brief(tuple(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES))


def rendered_brief(brief: Brief, render: Callable[[Value], str]) -> RenderedBrief:
    """The brief in one language. render: a value in it."""

    def shown(part: Value) -> str:
        return render(shortened(part, LONGEST_NAME_IN_LINE))

    lines = tuple(RenderedLine(shown(one.name), shown(one.said), shown(one.money), one.subject) for one in brief.lines)
    return RenderedBrief(lines, render(_more(brief)) if brief.more else "")


def brief_json(brief: Brief | None) -> dict[str, Any] | None:
    """Plain JSON, which `stored_brief` reads."""
    if brief is None:
        return None
    lines = [
        {
            "name": to_json(one.name),
            "said": to_json(one.said),
            "money": to_json(one.money),
            "subject": dict(one.subject),
        }
        for one in brief.lines
    ]
    return {"lines": lines, "more": brief.more}


def stored_brief(stored: Mapping[str, Any] | None) -> Brief | None:
    """What `brief_json` wrote; None for None, as of alerts from before there were briefs."""
    if stored is None:
        return None
    lines = tuple(
        BriefLine(from_json(one["name"]), from_json(one["said"]), from_json(one["money"]), one["subject"])
        for one in stored["lines"]
    )
    return Brief(lines, stored["more"])


def _more(brief: Brief) -> Message:
    return message("alerts.brief.more", count=brief.more)
