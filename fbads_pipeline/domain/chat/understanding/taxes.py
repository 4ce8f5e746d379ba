"""Words about tax: "com imposto" asks for what is paid, "sem imposto" for what Meta reports as spent."""

from dataclasses import replace
from typing import Literal

from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion
from fbads_pipeline.domain.chat.understanding.tags import PhraseTag

# A metric without tax → the same with it.
WITH_TAX = {"spend": "cost", "cpa": "cpa_with_tax", "roas": "roas_with_tax"}
Money = Literal["spend", "cost"]


def settle_tax(parsed: ParsedQuestion, preferred: Money) -> None:
    """Gives the question's metrics with or without tax, as it says; as the reader prefers where it says nothing.

    The amount of the tax itself is a metric of its own.
    """
    said = {tag.value for tag in parsed.of("tax")}
    if {"with", "without"} <= said:  # "sem imposto e com imposto"
        said = {"both"}
        parsed.tags = [replace(tag, value="both") if tag.kind == "tax" else tag for tag in parsed.tags]
    if not said and preferred == "spend":
        return
    named = [tag.value for tag in parsed.tags if _is_taxable(tag)]
    is_cost = said == {"with"} or (not said and preferred == "cost") or said == {"with", "amount"}
    found: list[PhraseTag] = []
    seen: set[str] = set()
    for tag in parsed.tags:
        if tag.kind == "tax":
            found += [] if tag.value in seen else _metrics(tag, named)
            seen.add(tag.value)
        elif _is_taxable(tag) and said != {"amount"}:
            found.append(replace(tag, value=WITH_TAX[tag.value]) if is_cost else tag)
        elif not _is_taxable(tag):
            found.append(tag)
    parsed.tags = found


def _metrics(tag: PhraseTag, named: list[str]) -> list[PhraseTag]:
    """The metrics that a word about tax stands for, beside those that the question names itself."""
    if tag.value == "amount":
        metrics = ["tax"]
    elif tag.value == "both":
        metrics = [WITH_TAX[name] for name in named] or ["spend", "cost"]
    else:
        metrics = [] if named else ["cost" if tag.value == "with" else "spend"]
    return [replace(tag, kind="metric", value=name) for name in metrics]


def _is_taxable(tag: PhraseTag) -> bool:
    return tag.kind == "metric" and tag.value in WITH_TAX
