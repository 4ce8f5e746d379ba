"""The privacy notice: its version, what is kept of a person, and what may be refused.

The texts are in the catalogue `privacy.po`; whoever changes what they say gives the notice a new version.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

NOTICE_VERSION = "2026-11"

# privacy_notice: what everybody with a login reads. chat_history: that one's questions are kept.
Document = Literal["privacy_notice", "chat_history"]
# informed: a login was made for them under this version. acknowledged: they logged in under it, or confirmed it.
# refused, allowed: of what may be refused.
ConsentState = Literal["informed", "acknowledged", "refused", "allowed"]
DOCUMENTS: tuple[Document, ...] = get_args(Document)
# What a person may say of each.
STATES_OF: dict[Document, tuple[ConsentState, ...]] = {
    "privacy_notice": ("acknowledged",),
    "chat_history": ("refused", "allowed"),
}


@dataclass(frozen=True)
class Consent:
    """What a person said, or was informed of, about one version of a document. via: login, page, api, creation."""

    document: Document
    version: str
    state: ConsentState
    at: datetime
    via: str


# What is kept of a person: each has `privacy.<name>.what`, `.why`, `.basis` (LGPD art. 7) and `.kept` in the catalogue.
PURPOSES = ("identity", "consents", "decisions", "conversations", "deliveries", "contacts", "sessions")
