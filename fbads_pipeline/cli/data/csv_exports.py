"""CSV exports as frames: what is missing or unreadable becomes one sentence."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fbads_pipeline.domain.core.errors import WrongUse


def read_export(
    path: Path, columns: Sequence[str], *, times: Sequence[str] = (), numbers: Sequence[str] = ()
) -> pd.DataFrame:
    """The columns of a CSV file, in that order; times are naive, a number that is none is NaN.

    Raises WrongUse where the file cannot be read, lacks a column, or holds a time that is none or has an offset.
    """
    try:
        frame = pd.read_csv(path, dtype=str, encoding="utf-8-sig", skipinitialspace=True)
    except FileNotFoundError:
        raise WrongUse(f"{path} does not exist") from None
    except pd.errors.EmptyDataError:
        raise WrongUse(f"{path} is empty: it should start with {','.join(columns)}") from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise WrongUse(f"{path} cannot be read as CSV: {str(error).splitlines()[0]}") from None
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise WrongUse(f"{path} lacks the column {missing[0]}: it should have {','.join(columns)}")
    frame = frame[list(columns)].copy()
    for column in times:
        frame[column] = _times(frame[column], path)
    for column in numbers:
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    return frame


def _times(texts: pd.Series, path: Path) -> pd.Series:
    given = texts.dropna()
    try:
        parsed = pd.to_datetime(given, format="ISO8601")
    except (ValueError, TypeError) as error:
        if "timezone" in str(error) or "UTC" in str(error):
            raise WrongUse(
                f"{path}: {texts.name} mixes times with and without an offset; give account-local ones"
            ) from None
        wrong = given[pd.to_datetime(given, format="ISO8601", errors="coerce").isna()]
        shown = wrong.iloc[0] if len(wrong) else given.iloc[0]
        raise WrongUse(f"{path}: {texts.name} has {str(shown)[:40]!r}, which is no ISO 8601 time") from None
    if not isinstance(parsed.dtype, pd.DatetimeTZDtype):
        return parsed.reindex(texts.index)
    raise WrongUse(f"{path}: {texts.name} has an offset; give the account's local time without one")
