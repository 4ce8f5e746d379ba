"""A chat over the graded world, whose days can be unread and whose figures can be not reported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from evaluation.chat.__main__ import chat_over
from evaluation.chat.world import MINE, NOW
from fbads_pipeline.services.chat.answer_question import answer
from fbads_pipeline.services.chat.turn import Answer, Chat, ChatUser
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

AURORA = ChatUser("maria", MINE[:1])
EVERY = ChatUser("maria", MINE)
_KEPT = ("account_daily", "campaign_daily", "adset_daily", "ad_daily", "day_coverage", "reading_runs")


@dataclass(repr=False)
class World:
    """The chat, and the figures behind it."""

    chat: Chat
    owner: sa.Engine

    def ask(self, question: str, *, user: ChatUser = AURORA, session: str | None = None) -> Answer:
        return answer(self.chat, question, user=user, session_id=session, now=NOW)

    def unread(self, first: date, last: date, *, account: str = MINE[0], levels: str = "account,campaign,adset,ad"):
        """These days were never read: no coverage and no figures."""
        values = {"first": first, "last": last, "account": account, "levels": levels.split(",")}
        where = "account_id = :account and day between :first and :last"
        self.run(f"delete from marts.day_coverage where {where} and level = any(:levels)", **values)
        for level in levels.split(","):
            self.run(f"delete from marts.{level}_daily where {where}", **values)

    def not_reported(self, metric: str, *levels: str, where: str = "true") -> None:
        """Meta leaves the figure out at these levels."""
        for level in levels:
            self.run(f"update marts.{level}_daily set {metric} = null where {where}")

    def run(self, sql: str, **values: Any) -> None:
        with self.owner.begin() as connection:
            connection.execute(sa.text(sql), values)

    def value(self, sql: str, **values: Any) -> Any:
        with self.owner.connect() as connection:
            return connection.execute(sa.text(sql), values).scalar()


@pytest.fixture(scope="session")
def whole_world(postgres, graded_template, tmp_path_factory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("chat")
    with (
        fresh_database(postgres, template=graded_template) as url,
        chat_over(url, folder, is_built=True) as (chat, owner),
    ):
        world = World(chat, owner)
        world.run("create schema kept")
        for table in _KEPT:
            world.run(f"create table kept.{table} as table marts.{table}")
        yield world


@pytest.fixture
def world(whole_world: World) -> Iterator[World]:
    """As it was read and reported in full; whatever a test takes away is put back."""
    yield whole_world
    for table in _KEPT:
        whole_world.run(f"truncate marts.{table}")
        whole_world.run(f"insert into marts.{table} table kept.{table}")


def days(first: str, last: str) -> list[date]:
    """Every day between two ISO dates, both included."""
    since, until = date.fromisoformat(first), date.fromisoformat(last)
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]
