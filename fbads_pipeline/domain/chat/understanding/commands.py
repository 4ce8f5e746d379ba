"""Questions that are none: orders to change something, attempts to get at what the chat does not hold."""

import re

from fbads_pipeline.domain.chat.lexicon.question_words import WRITES
from fbads_pipeline.domain.chat.understanding.normalise import listed
from fbads_pipeline.domain.chat.understanding.question import Reading

_POLITE = listed(
    "por favor pode podes poderia poderiam voce vc vcs quero queria que eu preciso please can could you i want to "
    "need go ahead and e agora entao"
    " now let s lets us vamos gostaria de ja me pra mim hey oi ola da para pra dá would like just tem como "
    "consegue then ok imediatamente hi hello"
    " amanha tambem also manda vai la a o"
)
# These change something wherever they stand, unless advice is asked for.
_ALWAYS = listed(
    "pausar pausa pause pausem desligar desliga desligue deletar deleta delete excluir exclua apagar apague "
    "duplicar duplica duplique duplicate"
    " aprovar aprova aprove approve rejeitar rejeita rejeite reject reativar reativa reative reactivate unpause "
    "realocar realoque renomear rename"
)
_OBJECTS_OF_CHANGE = re.compile(
    r"\b(?:orcamentos?|verbas?|budgets?|lances?|bids?|campanhas?|campaigns?|anuncios?|ads?|criativos?|conjuntos?|"
    r"ad ?sets?|sugestao|sugestoes|suggestions?|status|nome|publico|tudo|everything|all)\b"
)
_TURN = re.compile(
    r"\b(?:turn|switch|shut|desliga\w*|liga) (?:\w+ ){0,4}?(?:off|on|down)\b|\btirar? do ar\b|\bcoloca\w* no ar\b"
)
_ADVICE = re.compile(
    r"\b(?:devo|deveria|deveriamos|devemos|should|vale a pena|recomenda\w*|suger(?:e|em|ir|iria)|suggest|"
    r"recommend\w*|o que pausar|what to pause|convem|worth)\b"
)
_PAST = re.compile(r"\b(?:quem|who|quando|when|foi|foram|was|were|por que|porque|why)\b")
_INJECTION = re.compile(
    r"select\b.*\bfrom\b|\b(?:drop|alter|truncate|create|delete|insert|update)\s+(?:table|schema|database|role|"
    r"from|into|\w+ set)\b|union\s+(?:all\s+)?select|;\s*--|--\s*$|/\*|'\s*or\s*'?\d|\bor 1 ?= ?1\b"
    r"|<\s*/?\s*[a-z!]|\{\{|\}\}|\$\{|\{%|%s|javascript:|https?://|file://|\.\./|\bpg_\w+|xp_\w+|=\s*hyperlink|"
    r"=\s*cmd|\\x[0-9a-f]{2}|\bsystem\s*:|\bassistant\s*:"
)


def is_change(reading: Reading) -> bool:
    """An order to write something ("pausa a campanha X"): it is answered with the way to a decision, never done."""
    text = reading.text
    if _ADVICE.search(text):
        return False
    words = [word.text for word in reading.words]
    if _TURN.search(text) or (any(word in _ALWAYS for word in words) and not _PAST.search(text)):
        return True
    first = next((word for word in words if word not in _POLITE), "")
    return first in WRITES and _OBJECTS_OF_CHANGE.search(text) is not None and not reading.has("metric", "roas")


def is_advice(reading: Reading) -> bool:
    """What should be changed, rather than an order to change it."""
    return _ADVICE.search(reading.text) is not None


def is_hostile(reading: Reading) -> bool:
    """Words of secrets, of other people's accounts, of programs, or of orders to the program itself."""
    return reading.has("forbidden") or _INJECTION.search(_without_names(reading)) is not None


def _without_names(reading: Reading) -> str:
    text = reading.text
    for named in reading.named:
        text = text[: named.start] + " " * (named.end - named.start) + text[named.end :]
    return text
