"""`fbads doctor`: what is in order, what is not, and what to change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import typer

from fbads_pipeline.adapters.dbt.project import manifest_is_stale
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.adapters.postgres.server.engine import check_server, clock_offset
from fbads_pipeline.adapters.processes import require_free_port
from fbads_pipeline.bootstrap.chat import chat
from fbads_pipeline.bootstrap.collection import ads_client, collect_notes, named_tokens, raw_store, token_store
from fbads_pipeline.bootstrap.core import clock
from fbads_pipeline.bootstrap.metrics import coverage_reader, readiness
from fbads_pipeline.cli.home import prepared_database, require_free_space, require_writable
from fbads_pipeline.cli.operations.up import require_messages
from fbads_pipeline.domain.collection.account_listing import settled_account
from fbads_pipeline.domain.collection.account_reports import NOTES_LAST
from fbads_pipeline.domain.collection.api_versions import end_of, newest_version, version_state
from fbads_pipeline.domain.collection.meta_errors import MetaError
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.errors import DONE, OUTSIDE_FAILED, PARTLY, FbadsError, OutsideFailed
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.metrics.coverage import AccountCoverage
from fbads_pipeline.services.chat.teach import replay_verified, verified
from fbads_pipeline.services.chat.turn import ChatUser
from fbads_pipeline.settings import Settings, SettingsError, load_settings

app = typer.Typer(add_completion=False)


_MOST_DAYS = 5
# Of sidecars whose clocks are further apart, one ends tokens early or late.
_LARGEST_CLOCK_OFFSET = 5.0
# Of how many last days the coverage is shown.
_COVERED_DAYS = (28, 90)


class Notice(str):
    """The sentence of a check that found nothing wrong, and something that somebody should know."""


class NotReadWell(OutsideFailed):
    """Days whose newest reading was no good one."""

    exit_code = PARTLY


@dataclass(frozen=True)
class CheckResult:
    """The result of one check. exit_code: 0 in order, 1 days that were not read well, 2 settings to change, 3 the
    outside world failed."""

    subject: str
    sentence: str
    exit_code: int = DONE

    @property
    def label(self) -> str:
        """ok, NOTE or FIX."""
        if self.exit_code != DONE:
            return "FIX"
        return "NOTE" if isinstance(self.sentence, Notice) else "ok"


@app.command()
def doctor() -> None:
    """Check settings, database, tokens, dbt manifest and ports; say what to change.

    Exits with the worst code.
    """
    results = _results()
    for one in results:
        print(f"{one.label:<4}  {one.subject}: {one.sentence}")
    raise typer.Exit(max(one.exit_code for one in results))


def _results() -> list[CheckResult]:
    try:
        settings = load_settings()
    except SettingsError as wrong:
        return [CheckResult("settings", str(wrong), wrong.exit_code)]
    checked = (_result(name, check, settings) for name, check in _CHECKS.items())
    return [CheckResult("settings", "readable"), *checked]


def _result(name: str, check: Callable[[Settings], str], settings: Settings) -> CheckResult:
    try:
        return CheckResult(name, check(settings))
    except Exception as wrong:  # whatever it is, the other checks still run
        code = wrong.exit_code if isinstance(wrong, FbadsError) else OUTSIDE_FAILED
        return CheckResult(name, str(wrong).splitlines()[0], code)


def _home(settings: Settings) -> str:
    require_writable(settings.home_path)
    if settings.database_url is None:
        require_free_space(settings.home_path)
    return f"{settings.home_path} can be written"


def _database(settings: Settings) -> str:
    with open_database(settings) as database:
        facts = check_server(database.owner)
        revision = migrate.revision(database.owner) or "not migrated yet (fbads db migrate, or any other command, does)"
    kind = "yours" if settings.database_url else "embedded"
    return f"PostgreSQL {facts.version} ({kind}), schema {revision}"


def _clock(settings: Settings) -> str:
    """This machine's own clock, also where FBADS_NOW holds another."""
    with open_database(settings) as database:
        offset = clock_offset(database.owner)
    if abs(offset) > _LARGEST_CLOCK_OFFSET:
        where = "ahead of" if offset > 0 else "behind"
        raise OutsideFailed(f"this machine's clock is {abs(offset):.0f} s {where} PostgreSQL's: let NTP keep both")
    return "that of PostgreSQL"


def _token(settings: Settings) -> str:
    """Lists the accounts of each token; the first token that fails is named, and so is every account that cannot be
    read as Meta lists it."""
    with prepared_database(settings) as database:
        tokens = named_tokens(settings, token_store(settings, database))
        known = {one.account_id: one for one in raw_store(database).known_accounts()}
    seen: dict[str, Account] = {}
    for token in tokens:
        try:
            seen |= {account.account_id: account for account in ads_client(settings, token).accounts()}
        except MetaError as error:
            raise OutsideFailed(f"the token {token.name}: {error}") from None
    if not seen:
        raise SettingsError("FBADS_ACCESS_TOKEN sees no ad account: give its user or system user access to one")
    missing = [one for one in settings.account_ids if one not in seen]
    if missing:
        raise SettingsError(f"FBADS_ACCOUNT_IDS names {', '.join(missing)}, which the token does not see")
    subject = "the token sees" if len(tokens) == 1 else f"the {len(tokens)} tokens see"
    sentence = f"{settings.graph_url} answers; {subject} {len(seen)} ad accounts"
    settled = [settled_account(account, known.get(one)) for one, account in sorted(seen.items())]
    odd = [account.fault or account.note for account in settled if account.fault or account.note]
    return Notice("; ".join([sentence, *map(str, odd)])) if odd else sentence


def _version(settings: Settings) -> str:
    """Whether the calendar of Meta's versions knows an end of the one in use."""
    version, today = settings.api_version, clock(settings).now().date()
    ends_on, newest = end_of(version), newest_version(today)
    match version_state(version, today):
        case "current":
            return f"{version} answers {f'until {ends_on}' if ends_on else 'and Meta has named no end'}"
        case "not listed":
            return f"{version} is not in the calendar of this release, whose newest version is {newest}"
        case "ending":
            return Notice(f"{version} ends on {ends_on}: set FBADS_API_VERSION to {newest} before")
        case "ended":
            raise SettingsError(f"FBADS_API_VERSION {version} ended on {ends_on}: set it to {newest}")


def _left_out(settings: Settings) -> str:
    """What Meta did not answer in the last readings, each sentence once."""
    with prepared_database(settings) as database:
        notes = collect_notes(database).since(clock(settings).now() - NOTES_LAST)
    sentences = [f"{note} (account {', '.join(accounts)})" for note, accounts in notes.items()]
    return Notice("; ".join(sentences)) if sentences else "nothing, as far as was read"


def _readings(settings: Settings) -> str:
    """The newest days first; what was known of them stands."""
    with prepared_database(settings) as database:
        since = clock(settings).now().date() - timedelta(days=settings.restatement_days)
        days = raw_store(database).days_not_read_well(since)
    if days:
        rest = f"; and {len(days) - _MOST_DAYS} more" if len(days) > _MOST_DAYS else ""
        named = "; ".join(map(str, days[:_MOST_DAYS]))
        raise NotReadWell(f"{len(days)} days were not read well, and show what was known before: {named}{rest}")
    return f"every reading since {since} was a good one"


def _coverage(settings: Settings) -> str:
    """How many of the last days of each account were read, with the command that reads the others."""
    with prepared_database(settings) as database:
        found = coverage_reader(database).of_each_account(_COVERED_DAYS, now=clock(settings).now())
    if not found:
        return Notice("no account is collected and modelled yet: run fbads sync --from DAY --to DAY, or fbads up")
    accounts: dict[str, list[AccountCoverage]] = {}
    for one in found:
        accounts.setdefault(one.account_id, []).append(one)
    sentences = [_gaps(account) for account in accounts.values() if any(one.gap for one in account)]
    if not sentences:
        return f"the last {_COVERED_DAYS[-1]} days of every account are read"
    rest = f"; and {len(sentences) - _MOST_DAYS} more accounts" if len(sentences) > _MOST_DAYS else ""
    return Notice("; ".join(sentences[:_MOST_DAYS]) + rest)


def _gaps(account: Sequence[AccountCoverage]) -> str:
    """ "Loja (42): 20 of 28 and 60 of 90 days read: fbads backfill --from … --to … --account 42"."""
    last = account[-1]
    counts = " and ".join(f"{one.read} of {one.asked}" for one in account)
    days = f"--from {last.gap.since} --to {last.gap.until} " if last.gap else ""
    name = plain_name(last.name, "account")
    return f"{name} ({last.account_id}): {counts} days read: fbads backfill {days}--account {last.account_id}"


def _questions(settings: Settings) -> str:
    """Verified questions of the chat that are understood differently now."""
    with prepared_database(settings) as database:
        if readiness(database).missing() is not None:
            return "none, for nothing is modelled yet"
        made = chat(settings, database)
        replayed = replay_verified(made, verified(made, user=ChatUser("owner")))
    changed = [one.question.asked for one in replayed if one.state != "same"]
    if changed:
        return Notice(f"{len(changed)} of {len(replayed)} are understood differently: fbads ask --verified shows them")
    return f"{len(replayed)}, each understood as before"


def _manifest(settings: Settings) -> str:
    if manifest_is_stale():
        raise SettingsError("dbt's manifest is missing or older than the project: run make manifest")
    return "fresh"


def _messages(settings: Settings) -> str:
    """Recipients and rules, with the line that is wrong."""
    return require_messages(settings)


def _ports(settings: Settings) -> str:
    ports = {"FBADS_DAGSTER_PORT": settings.dagster_port, "FBADS_API_PORT": settings.api_port}
    for name, port in ports.items():
        require_free_port(port, name)
    return ", ".join(str(port) for port in ports.values()) + " are free"


_CHECKS: dict[str, Callable[[Settings], str]] = {
    "home": _home,
    "database": _database,
    "clock": _clock,
    "token": _token,
    "API version": _version,
    "left out by Meta": _left_out,
    "readings": _readings,
    "coverage": _coverage,
    "verified questions": _questions,
    "dbt manifest": _manifest,
    "messages": _messages,
    "ports": _ports,
}
