"""What the command line prints and exits with when a command raises."""

import errno
import sys

from fbads_pipeline.domain.core.errors import INTERRUPTED, OUTSIDE_FAILED, FbadsError
from fbads_pipeline.domain.core.redaction import redact

DISK_FULL = "the disk of FBADS_HOME or of the database is full: free some space, then run the command again"
_POSTGRES_DISK_FULL = "53100"


def report(error: BaseException) -> int:
    """Print the error's sentence on stderr; returns the exit code. Raises an error that is a fault of ours again."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if is_disk_full(error):
        print(f"fbads: {DISK_FULL}", file=sys.stderr)
        return OUTSIDE_FAILED
    if not isinstance(error, FbadsError):
        raise error
    print(f"fbads: {redact(_sentence(error).splitlines()[0])}", file=sys.stderr)
    return error.exit_code


def _sentence(error: FbadsError) -> str:
    """The error's text; of one whose text is a key of the catalogues, its sentence in English."""
    if error.message is None or str(error) != error.message.key:
        return str(error)
    from fbads_pipeline.adapters.translation.translator import translator  # Babel takes a tenth of a second to import

    return translator().render(error.message, "en")


def is_disk_full(error: BaseException | None) -> bool:
    """Whether a full disk, ours or the database's, is among the error's causes."""
    while error is not None:
        if getattr(error, "errno", None) == errno.ENOSPC or getattr(error, "pgcode", None) == _POSTGRES_DISK_FULL:
            return True
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
    return False
