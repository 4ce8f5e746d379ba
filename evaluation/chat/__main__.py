"""`make chat-eval`: 0 where at least 95 % are right, none confidently wrong, and no number without a query.

Questions that were written before the vocabulary was looked at come after those that grew with it; of those held back
only the figures are shown, so that nobody mends by them.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from evaluation.chat import world
from evaluation.chat.grading import GradedAnswer, grade, items, table, unseen_items
from fbads_pipeline.adapters.postgres.chat.conversations import PostgresConversations
from fbads_pipeline.adapters.postgres.chat.queries import ChatQueries
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import analyst_engine, ensure_role
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.adapters.translation.chat_lexicon import vocabulary
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.understanding.tags import Lexicon
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.services.chat.turn import Chat
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

SHARE_RIGHT = 0.95


@contextmanager
def chat_over(url: str, folder: Path, *, is_built: bool = False) -> Iterator[tuple[Chat, sa.Engine]]:
    """A chat over the graded world, in a database that is empty or has the world already; no model."""
    owner = engine(url, application_name="chat evaluation")
    if not is_built:
        migrate.upgrade(owner)
        world.build(owner)
    ensure_role(owner, folder / "analyst.password")
    analyst = analyst_engine(owner, folder / "analyst.password")
    catalogue = Catalogue(METRICS)
    try:
        yield (
            Chat(
                ChatQueries(analyst, owner, catalogue),
                catalogue,
                Lexicon(vocabulary(), catalogue),
                translator(),
                PostgresConversations(owner, None),
            ),
            owner,
        )
    finally:
        analyst.dispose()
        owner.dispose()


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server() as server,
        fresh_database(server) as url,
        chat_over(url, Path(folder)) as (chat, owner),
    ):
        graded = grade(chat, owner, items())
        unseen = {part: grade(chat, owner, unseen_items(part)) for part in ("work", "held")}
    _show(graded)
    print(table(graded))
    _show(unseen["work"])
    for part, answers in unseen.items():
        print(f"\nwritten before the vocabulary was looked at, {part}:\n{table(answers)}")
    known = [*graded, *unseen["work"]]
    right = sum(one.verdict == "right" for one in known) / len(known)
    wrong = any(one.verdict == "wrong" or one.unsourced_numbers for one in known)
    return 0 if right >= SHARE_RIGHT and not wrong else 1


def _show(graded: list[GradedAnswer]) -> None:
    """What is not right, with its answer."""
    for one in graded:
        if one.verdict != "right" or one.unsourced_numbers:
            found = f"{one.answer.outcome}/{one.answer.kind}: {one.answer.text[:160]!r}"
            print(f"{one.verdict} [{one.item.expected}] {' >> '.join(one.item.turns)}\n    {found}")
            if one.unsourced_numbers:
                print(f"    from no query: {one.unsourced_numbers}")


if __name__ == "__main__":
    sys.exit(main())
