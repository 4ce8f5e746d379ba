"""The base of every error of ours: what the command line exits with, and the sentence that a person reads.

    FbadsError
    ├── WrongUse          exit code 2: wrong use or settings; the sentence says what to change
    └── OutsideFailed     exit code 3: Meta, the database, a child process or a calendar failed
        ├── StoreUnavailable                   the database, in the middle of a write
        └── collection.meta_errors.MetaError   the Marketing API

An error that is none of these is a fault of ours and keeps its traceback.
"""

from typing import ClassVar

from fbads_pipeline.domain.core.messages import Message
from fbads_pipeline.domain.core.redaction import redact_all

DONE, PARTLY, WRONG_USE, OUTSIDE_FAILED, INTERRUPTED = 0, 1, 2, 3, 130


class FbadsError(Exception):
    """An error that a person can do something about. Its texts are redacted: they may repeat what came from outside.

    exit_code: what the command line ends with. message: the same sentence as a key of a catalogue, where a manager may
    read it (pages, the API); None for errors that only an operator meets, whose English sentence is the text itself.
    """

    exit_code: ClassVar[int] = OUTSIDE_FAILED
    message: Message | None = None

    def __init__(self, *args: object) -> None:
        super().__init__(*redact_all(args))


class WrongUse(FbadsError):
    """Wrong use or settings: one sentence that names what to change."""

    exit_code = WRONG_USE


class OutsideFailed(FbadsError):
    """Something outside this program failed: one sentence without secrets."""

    exit_code = OUTSIDE_FAILED


class StoreUnavailable(OutsideFailed):
    """The database went away in the middle of a write; nothing of that write was kept."""
