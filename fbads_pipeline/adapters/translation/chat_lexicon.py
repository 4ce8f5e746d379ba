"""The chat's lexicon: `chat_lexicon.yml` beside each language's catalogue, read and checked once per process."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fbads_pipeline.adapters.translation.catalogues import LOCALE, languages
from fbads_pipeline.domain.chat.lexicon.verbs import forms
from fbads_pipeline.domain.chat.lexicon.vocabulary import LanguageLexicon, Vocabulary
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import fold

FILE = "chat_lexicon.yml"


class LexiconError(WrongUse):
    """A lexicon file that cannot be used; one sentence that names the file and what is wrong."""


@lru_cache
def vocabulary(folder: Path = LOCALE) -> Vocabulary:
    """The vocabulary of every language that has a lexicon; raises LexiconError."""
    found = {code: read_lexicon(path / FILE) for code, path in languages(folder).items() if (path / FILE).exists()}
    if not found:
        raise LexiconError(f"no language below {folder} has a {FILE}")
    return Vocabulary(found)


def read_lexicon(path: Path) -> LanguageLexicon:
    """One language's lexicon; raises LexiconError."""
    import yaml  # the command line starts without it

    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _lexicon(content)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as fault:
        raise LexiconError(f"the lexicon {path} cannot be read: {fault}") from fault


def _lexicon(content: Mapping[str, Any]) -> LanguageLexicon:
    detection, numbers, dates = content["detection"], content["numbers"], content["dates"]
    if dates["slashed"] not in ("day_first", "ambiguous"):
        raise ValueError(f"dates.slashed is {dates['slashed']!r}: day_first or ambiguous")
    if len(dates["months"]) != 12 or len(dates["weekdays"]) != 7:
        raise ValueError("a year has 12 months and a week 7 days")
    return LanguageLexicon(
        letters=frozenset(detection["letters"]),
        detection_words=frozenset(_listed(detection["words"])),
        thousands_separator=numbers["thousands_separator"],
        numerals=numbers["numerals"],
        ordinals=numbers["ordinals"],
        currencies=numbers["currencies"],
        slashed_dates_are_ambiguous=dates["slashed"] == "ambiguous",
        months=tuple(tuple(names.split()) for names in dates["months"]),
        short_months=frozenset(_listed(dates["short_months"])),
        weekdays=tuple(dates["weekdays"]),
        days_ago=dates["days_ago"],
        units=dates["units"],
        holidays={fold(name): rule for name, rule in dates["holidays"].items()},
        phrases=_phrases(content),
        words={name: frozenset(_listed(words)) for name, words in content["words"].items()},
        misspellings=content["misspellings"],
        patterns={name: tuple(texts) for name, texts in content["patterns"].items()},
        periods={kind: tuple(texts) for kind, texts in content["periods"].items()},
        harmless=_harmless(content["harmless"]),
        harmless_endings=_listed(content["harmless"]["adverbs_end_in"]),
        verb_endings=_listed(content["harmless"]["verbs_end_in"]),
        participle_endings=_listed(content["harmless"]["participles_end_in"]),
        metric_verbs=frozenset().union(*(_metric_verbs(content).values())),
        public_holidays=frozenset(_listed(dates["public_holidays"])),
        rewordings=tuple((said, read_as) for said, read_as in content["rewordings"]),
    )


def _phrases(content: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Group → meaning → phrases; of metrics also every form of the verbs that say them, and of a change those that
    tell of one ("caírem", "dwindled")."""
    found = {
        group: {meaning: _listed(phrases) for meaning, phrases in meanings.items()}
        for group, meanings in content["phrases"].items()
    }
    for metric, said in _metric_verbs(content).items():
        found["metric"][metric] = (*found["metric"].get(metric, ()), *sorted(said))
    moving = content["moving_verbs"]
    found["comparison"]["moved"] += tuple(sorted(forms(_listed(moving["verbs"]), moving["endings_of"])))
    return found


def _metric_verbs(content: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    endings = content["harmless"]["endings_of"]
    return {metric: forms(_listed(verbs), endings) for metric, verbs in content["metric_verbs"].items()}


def _harmless(content: Mapping[str, Any]) -> frozenset[str]:
    """Every form of the verbs, without the participles of those that limit: leads that were "confirmed" are fewer."""
    found = forms(_listed(content["verbs"]), content["endings_of"])
    kept = forms(_listed(content["participles_of"]), content["endings_of"])
    return frozenset(one for one in found if one in kept or not one.endswith(_listed(content["participles_end_in"])))


def _listed(text: str) -> tuple[str, ...]:
    """What stands between commas, folded."""
    return tuple(one for one in (fold(part.strip()) for part in text.split(",")) if one)
