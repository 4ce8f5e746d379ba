"""Rows on stdout, progress on stderr."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from fbads_pipeline.services.collection.sync_ads import Progress


def print_rows(header: Sequence[str], rows: Iterable[Sequence[str | None]], *, empty: str = "") -> None:
    """A line per row below a header, tab-separated; empty: printed for a missing value."""
    for row in (header, *rows):
        print("\t".join(value or empty for value in row))


def note(text: str) -> None:
    """A line of the program on stderr."""
    print(f"fbads: {text}", file=sys.stderr, flush=True)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on stderr; without a terminal, a line whenever another tenth is done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _ProgressLines(title)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=False) as bar:
        task = bar.add_task(title, total=None)
        yield lambda name, done, total: bar.update(task, completed=done, total=total, description=f"{title}: {name}")


class _ProgressLines:
    def __init__(self, title: str) -> None:
        self._title, self._tenth = title, -1

    def __call__(self, name: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth != self._tenth:
            self._tenth = tenth
            print(f"{self._title}: {done} of {total} ({name})", file=sys.stderr)
