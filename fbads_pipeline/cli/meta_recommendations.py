"""`fbads meta-recommendations`: what Meta itself recommends. Rows on stdout, what Meta refused on stderr."""

from typing import Any

import typer

from fbads_pipeline.bootstrap.recommendations import meta_recommendation_reader
from fbads_pipeline.cli.accounts import known_account_ids
from fbads_pipeline.cli.home import prepared_database
from fbads_pipeline.cli.options import Accounts
from fbads_pipeline.cli.output import print_rows
from fbads_pipeline.settings import load_settings

app = typer.Typer(add_completion=False)
_HEADER = ("account", "opportunity score", "recommendation", "points", "Meta's estimate", "campaigns", "Meta's words")
_NOT_AVAILABLE = "not available"


@app.command(name="meta-recommendations")
def meta_recommendations(account: Accounts = None) -> None:
    """What Meta itself recommends to accounts, and its opportunity score: evidence, none of our suggestions.

    Tab-separated, one row per recommendation; an account without any has one row. What Meta does not say is
    `not available`, never zero. What Meta refused is named on stderr.
    """
    with prepared_database(load_settings()) as database:
        wanted = known_account_ids(account, database)
        accounts, reader = (frozenset(wanted) if wanted else None), meta_recommendation_reader(database)
        made, known = reader.current(accounts), reader.accounts(accounts)
    print_rows(_HEADER, [row for one in known for row in _rows(dict(one), [dict(each) for each in made])])
    for one in known:
        for what in ("score", "list"):
            if one[f"{what}_refused"]:
                typer.echo(f"account {one['account_id']}: Meta answered: {one[f'{what}_refused']}", err=True)


def _rows(one: dict[str, Any], made: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    score = _NOT_AVAILABLE if one["score"] is None else str(one["score"])
    of_account = (one["account_id"], score)
    mine = [each for each in made if each["account_id"] == one["account_id"]]
    return [(*of_account, *_of_one(each)) for each in mine] or [(*of_account, *([""] * 5))]


def _of_one(one: dict[str, Any]) -> tuple[str, ...]:
    points = _NOT_AVAILABLE if one["score_lift"] is None else str(one["score_lift"])
    return (one["kind"], points, one["lift_estimate"] or "", " ".join(one["campaign_ids"]), one["body"] or "")
