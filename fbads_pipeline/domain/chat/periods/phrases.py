"""Every phrase of days that is understood, in Portuguese and English, the more particular ones first."""

import re
from dataclasses import dataclass
from datetime import date

from fbads_pipeline.domain.chat.periods import readers
from fbads_pipeline.domain.chat.periods.dates import DATE, LONG_MONTH, MONTH, MONTHS, SHORT_MONTHS, with_year
from fbads_pipeline.domain.chat.periods.readers import COUNTS, UNITS, counted
from fbads_pipeline.domain.chat.periods.resolution import starts
from fbads_pipeline.domain.chat.plan import Period
from fbads_pipeline.domain.core.formatting import Language

_N = r"(?P<n>\d{1,4}|" + "|".join(COUNTS) + ")"
YEAR = r"(?:(?:,? ?(?:de|of|do ano de|/|') ?|,? )(?P<{0}>20\d\d)\b)?"
_UNIT = r"(?P<u>dia|day|semana|week|mes|month|trimestre|quarter|ano|year)"
_LAST = r"(?:nos |nas |n?os |os |as |the |in the |over the |for the |during the |pelos |dos |das |de )*"
_RANGE_OPEN = (
    r"(?:desde o |desde |since |de |do |da |dos |das |from |between |entre |entre os dias |dos dias |dias? |the )+"
)
_RANGE_JOIN = r" ?(?:a|ao|ate|ate o|e|to|and|until|through|till|thru|-) ?(?:o |dia |the )?"
_PATTERNS = [
    (re.compile(pattern), read)
    for pattern, read in (
        (
            r"\b(?:no |ao |com o |o |the |to the |on the )*(?:mesmo dia|same day|same weekday|mesmo dia da semana) "
            r"(?:d[oa] |na |of |in )?(?:the )?(?:semana (?:passada|anterior)|(?:last|previous|prior) "
            r"week)(?!\w)",
            readers.fixed(Period("day", 0, back=7)),
        ),
        (
            r"\b(?:since|desde) (?:a |o |the )?(?:(?P<u>semana|mes|ano|trimestre) (?:passad[oa]|anterior)|(?:last|"
            r"previous) (?P<u2>week|month|year|quarter))\b",
            lambda m, lang, t: Period("since", first=starts(UNITS[m["u"] or m["u2"]], t, 1)),
        ),
        (
            rf"\b(?:na |da |a |for the |in the |the |of the )*(?:semana|week) (?:de |do |do dia |of |beginning |"
            rf"starting |que comeca em |of the )+(?P<a>{DATE})(?!\w)",
            readers.week_of,
        ),
        (
            rf"\b(?:no |na |n?o |ao |a |com o |com a |the |in the |to the )*(?:mesm[oa] (?:periodo|epoca|mes|"
            rf"semana|dia|intervalo|trimestre)|same (?:period|time|days|month|week|day|quarter)) (?:d[oa] |no |"
            rf"na |of |in )?(?:the )?(?:{_UNIT} (?:passad[oa]|anterior)|(?:last|previous|prior) (?P<u2>year|"
            rf"month|week|quarter))(?!\w)",
            lambda m, lang, t: Period(UNITS[m["u"] or m["u2"]], 0, back=1),
        ),
        (
            r"\b(?:same (?:period|time|days|month|week|day|quarter) )?a? ?(?:year ago|year earlier|year over "
            r"year)\b|\byoy\b|\bum ano antes\b|\bano contra ano\b|\bano a ano\b",
            readers.fixed(Period("year", 0, back=1)),
        ),
        (rf"\b(?:{_RANGE_OPEN})?(?P<a>{DATE}){_RANGE_JOIN}(?P<b>{DATE})(?!\w)", readers.range_read),
        (
            rf"\b(?:{_RANGE_OPEN})?(?P<a>(?:dia )?\d{{1,2}}(?:o|st|nd|rd|th)?){_RANGE_JOIN}"
            rf"(?P<b>(?:dia )?\d{{1,2}}(?:o|st|nd|rd|th)? (?:de |of )?{MONTH}(?:,? (?:de |of )?20\d\d)?|"
            rf"\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)(?!\w)",
            readers.range_read,
        ),
        (
            rf"\b(?P<m>{MONTH}) (?P<a>\d{{1,2}})(?:st|nd|rd|th)? ?(?:to|-|through|until) ?(?P<b>\d{{1,2}})(?:st|nd|"
            rf"rd|th)?"
            rf"(?:,? (?P<y>20\d\d))?(?!\w)",
            lambda match, language, today: Period(
                "between",
                first=with_year(
                    int(match["y"]) if match["y"] else None, MONTHS[match["m"]], int(match["a"]), match.group(), today
                ),
                last=with_year(
                    int(match["y"]) if match["y"] else None, MONTHS[match["m"]], int(match["b"]), match.group(), today
                ),
            ),
        ),
        (
            r"\b(?:do|dos|entre o|entre os|de|from the|between the) dias? (?P<a>\d{1,2}) (?:a|ao|e|ate|to|and) "
            r"(?:o )?(?:dia )?(?P<b>\d{1,2})\b(?! ?(?:/|%|dias))",
            readers.days_of_month,
        ),
        (
            rf"\b(?:desde|since|a partir d[eoa]|starting(?: from)?|from) (?:o dia |o |a |os |dia |the "
            rf")?(?P<a>{DATE})(?: (?:pra ca|para ca|ate hoje|ate agora|on|onwards?|until now|to date))?(?!\w)",
            readers.since,
        ),
        (rf"\bde (?P<a>{DATE}) (?:pra ca|para ca|ate hoje|ate agora|em diante)(?!\w)", readers.since),
        (
            rf"\b(?:desde|since|a partir de) (?:o mes de |o inicio de |o comeco de |the start of |early "
            rf")?(?P<m>{MONTH})" + YEAR.format("y") + r"(?!\w)",
            readers.since_month,
        ),
        (
            r"\b(?:desde|since|a partir d[ea]) (?:a |last |ultima )*(?P<w>segunda|terca|quarta|quinta|sexta|sabado|"
            r"domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:[- ]feira)?\b",
            readers.since_weekday,
        ),
        (
            rf"\b(?:desde o (?:inicio|comeco) d[oa]|do (?:inicio|comeco) d[oa]|since the (?:beginning|start) of "
            rf"the) {_UNIT}(?: (?:ate|pra|para) (?:hoje|agora|ca))?\b",
            readers.since_unit,
        ),
        (
            rf"\b{_LAST}(?:previous|prior|preceding) {_N} (?:days|dias)\b|"
            rf"\b{_LAST}(?P<n2>\d{{1,3}}) (?:dias anteriores|dias antes|days before|days prior|days earlier|prior "
            rf"days|previous days)\b",
            lambda m, lang, t: Period("days", counted(m["n"] or m["n2"]), back=1),
        ),
        (
            rf"\b{_LAST}(?:ultim[oa]s?|last|past|trailing|passados|passadas) {_N} {_UNIT}(?:e?s)?(?: "
            rf"corridos| completos)?\b",
            readers.last_n,
        ),
        (rf"\b{_LAST}{_N} (?:ultim[oa]s|last|past) {_UNIT}(?:e?s)?\b", readers.last_n),
        (rf"\b(?:l|ult|last)\.? ?{_N} ?(?P<u>d)(?:ias?|ays?)?\b", lambda m, lang, t: Period("days", counted(m["n"]))),
        (rf"\b(?:ha|faz) {_N} {_UNIT}(?:e?s)?(?: atras)?\b", readers.n_ago),
        (rf"\b{_N} {_UNIT}(?:e?s)? (?:atras|ago)\b", readers.n_ago),
        (
            r"\b(?:no |na |o |a |do |da |the |in the )?(?:mes|semana|month|week) (?:antes do|antes da|before) "
            r"(?:passad[oa]|last)\b",
            lambda m, lang, t: Period(
                "month"
                if "m" in m.group().split()[0 if m.group().split()[0] in ("mes", "month") else 1][:1]
                else "week",
                2,
            ),
        ),
        (
            r"\b(?:no |na |o |a |do |da )?(?:mes|semana) retrasad[oa]\b",
            lambda m, lang, t: Period("month" if "mes" in m.group() else "week", 2),
        ),
        (r"\bday before yesterday\b|\bantes de ontem\b|\banteontem\b", readers.fixed(Period("day", 2))),
        (
            r"\b(?:no |o |do |the |in the )?(?:mesmo periodo|same period)\b(?! (?:do|da|no|na|last|of|a year))",
            lambda m, lang, t: None,
        ),
        (
            rf"\b(?:no |na |n?o |a |do |da |the |in the |on the |from the |pela |pelo )*{_UNIT} (?:passad[oa]|que "
            rf"passou)\b",
            readers.unit_back(1),
        ),
        (
            rf"\b(?:no |na |do |da |in the |over the |the )*(?:ultim[oa]|last|past) {_UNIT}\b",
            lambda m, lang, t: Period(UNITS[m["u"]], 1),
        ),
        (
            rf"\b(?:no |na |n?o |a |do |da |the |in the |on the |pelo |pela )*{_UNIT} (?:anterior|antes|before|"
            rf"prior)\b",
            readers.before_unit,
        ),
        (rf"\b(?:the |in the |on the |no |na |do |da )*(?:previous|prior|preceding) {_UNIT}\b", readers.before_unit),
        (
            rf"\b(?:n?est[ea]|n?ess[ea]|dest[ea]|dess[ea]|this|current|the current) {_UNIT}(?: (?:ate agora|ate "
            rf"hoje|so far|to date|atual|corrente))?\b",
            readers.unit_back(0),
        ),
        (
            rf"\b(?:no |na |n?o |a |do |da )*{_UNIT} (?:atual|corrente|em curso|ate agora|ate hoje|to date|so far)\b",
            readers.unit_back(0),
        ),
        (r"\b(?:mtd)\b", readers.fixed(Period("month", 0))),
        (r"\b(?:ytd)\b", readers.fixed(Period("year", 0))),
        (r"\b(?:wtd)\b", readers.fixed(Period("week", 0))),
        (r"\b(?:last|past) ?24 ?(?:h|hours|horas)\b|\bultimas 24 ?(?:h|horas)\b", lambda m, lang, t: None),
        (
            r"\b(?:n?o |n?os |the |in |this |last |neste |nesse |do |ultimo )*(?:fim de semana|final de semana|fds|"
            r"weekend)(?: passado)?\b",
            readers.weekend,
        ),
        (
            rf"\b(?:na |da |a |the |in the )?(?P<h>primeira|segunda|first|second|1|2)[ao]? (?:quinzena|half)(?: "
            rf"(?:de|do|of) (?:mes|the month|month|(?P<m>{MONTH})))?",
            readers.half,
        ),
        (r"\b(?:no |na |o |do |in |the )*q(?P<q>[1-4])(?: (?:de |do |of )?(?P<y>20\d\d))?\b", readers.quarter),
        (
            r"\b(?:no |o |do |in |the )*(?P<q>[1-4])(?:o|st|nd|rd|th)? ?(?:trimestre|tri|quarter|q)(?: (?:de |do "
            r"ano de |of )?(?P<y>20\d\d))?\b",
            readers.quarter,
        ),
        (
            r"\b(?:no |o |do |in |the )*(?P<qw>primeiro|segundo|terceiro|quarto|first|second|third|fourth) "
            r"(?:trimestre|quarter)(?: (?:de |of )?(?P<y>20\d\d))?\b",
            lambda m, lang, t: readers.quarter_words(m, t),
        ),
        (
            rf"\b(?:de |from |entre |between )(?P<m1>{MONTH}) (?:a|ate|e|to|and|until|through) (?P<m2>{MONTH})"
            + YEAR.format("y")
            + r"(?!\w)",
            readers.months_named,
        ),
        (rf"\b(?:no |o |em |on |dia |the |do |de )*(?P<a>{DATE})(?!\w)", readers.one_day),
        (
            r"\b(?:n?o |do )?dia (?P<d>\d{1,2})\b(?!/)|\b(?:on |for )?the (?P<e>\d{1,2})(?:st|nd|rd|th)\b",
            readers.day_number,
        ),
        (
            rf"\b(?:em |in |no mes de |mes de |de |do |during |for |ao longo de |durante "
            rf")*(?P<m>{LONG_MONTH})(?P<ly> (?:do ano passado|of last year|last year|passado))?"
            + YEAR.format("y")
            + r"(?!\w)",
            readers.month_named,
        ),
        (
            r"\b(?:em |in |no mes de |mes de |de |do |for |last )+(?P<m>"
            + "|".join(SHORT_MONTHS)
            + r")\b(?P<ly> (?:do ano passado|of last year|last year))?"
            + YEAR.format("y")
            + r"(?!\w)",
            readers.month_named,
        ),
        (
            r"\b(?P<m>" + "|".join(SHORT_MONTHS) + r")(?P<ly>\b)? ?(?:de |/|of |')? ?(?P<y>20\d\d)\b",
            readers.month_named,
        ),
        (r"\b(?:em |in |no ano de |ano de |de |do |for |year )+(?P<y>20\d\d)\b", readers.year_read),
        (
            r"\b(?:na |no |n?a |da |do |on |last |ultima |ultimo |this |the )+(?P<w>segunda|terca|quarta|quinta|"
            r"sexta|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:[- ]feira)?(?: "
            r"passad[ao])?\b",
            readers.weekday,
        ),
        (r"\b(?P<w>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b", readers.weekday),
        (r"(?<![\w/-])(?P<y>20\d\d)(?![\w/-])", readers.year_read),
        (
            r"(?<!dia )(?<!dias )(?<!day )(?<!days )\b(?:no|do|na|da|of the|in the|for the|on the) (?P<u>dia|mes|"
            r"semana|trimestre|ano|day|month|week|quarter|year)\b(?! (?:da|de|of|com|em|que|with|which|that|"
            r"\d))",
            readers.unit_back(0),
        ),
    )
]


@dataclass(frozen=True)
class Found:
    """A period in a text: where it stands (of the folded text), and whether it only says "the one before"."""

    start: int
    end: int
    period: Period
    is_relative: bool = False


def find_periods(text: str, language: Language, today: date) -> list[Found]:
    """Every period in a folded question, in the order of the text; none overlaps another.

    Raises AmbiguousDate and ImpossibleDate.
    """
    found: list[Found] = []
    taken = [False] * (len(text) + 1)
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            period = read(match, language, today)
            if period is None:
                continue
            found.append(Found(match.start(), match.end(), period, period.back > 0))
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    return sorted(found, key=lambda one: one.start)
