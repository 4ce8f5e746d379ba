"""Serves the sidecar: on loopback as it is, elsewhere only with a secret of its own and somebody who can log in."""

import sys
from ipaddress import ip_address

from fbads_pipeline.adapters.identity.access_tokens import require_strong
from fbads_pipeline.adapters.identity.secret_files import LOCAL_PATH, LOCAL_SECRET_FILE, local_secret
from fbads_pipeline.adapters.postgres.identity.users import PostgresIdentity
from fbads_pipeline.adapters.postgres.server.database import open_database
from fbads_pipeline.adapters.processes import require_free_port
from fbads_pipeline.bootstrap.identity import erase_again, identity_store
from fbads_pipeline.settings import Settings, SettingsError

# A thread that has waited for the database goes on as soon as another has had that long, not after five times as much:
# a page waits some twenty times.
TURN_SECONDS = 0.001


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; raises SettingsError for an address beyond loopback that nothing protects, and
    PortTaken for a taken port."""
    # FastAPI's application is heavy: imported where it is needed.
    from fbads_pipeline.api.app import create_app
    from fbads_pipeline.api.http_server import run_server

    require_protected(settings)
    require_free_port(settings.api_port, "FBADS_API_PORT")
    with open_database(settings) as database:
        database.prepare()
        say_erased_again(erase_again(settings, database))
        identity = identity_store(database)
        require_users(settings, identity)
        if not identity.any_user():
            print(opening_address(settings, shows_secret=sys.stderr.isatty()), file=sys.stderr)
        app = create_app(settings, database)
        sys.setswitchinterval(TURN_SECONDS)
        run_server(app, host=settings.api_host, port=settings.api_port, trusted_proxies=settings.trusted_proxies)


def say_erased_again(count: int) -> None:
    """One sentence on stderr where a restored backup had brought erased persons back."""
    if count:
        print(f"erased again: {count} persons that a restored backup had brought back", file=sys.stderr)


def opening_address(settings: Settings, *, shows_secret: bool) -> str:
    """What to open as long as nobody has a login; a log gets no secret, but the file that holds it."""
    secret = local_secret(settings.home_path)
    shown = secret if shows_secret else f"… with what is in {settings.home_path / LOCAL_SECRET_FILE}"
    return f"open http://127.0.0.1:{settings.api_port}{LOCAL_PATH}?secret={shown}"


def require_protected(settings: Settings) -> None:
    """Raises SettingsError for an address beyond this machine without a secret of one's own; a weak one anywhere."""
    if settings.jwt_secret is not None:
        require_strong(settings.jwt_secret.get_secret_value())
    elif not is_loopback(settings.api_host):
        raise SettingsError(
            f"FBADS_API_HOST is {settings.api_host}, beyond this machine: set FBADS_JWT_SECRET to 32 random bytes or"
            " more first, or use 127.0.0.1"
        )


def require_users(settings: Settings, identity: PostgresIdentity) -> None:
    """Raises SettingsError where somebody must be able to log in and nobody can."""
    if identity.any_user():
        return
    if not is_loopback(settings.api_host):
        raise SettingsError("nobody can log in yet: run `fbads users create --role admin --email …` first")
    if settings.apply_decisions and not settings.graph_url.startswith("http://127.0.0.1"):
        raise SettingsError(
            "FBADS_APPLY_DECISIONS writes to Meta in somebody's name: run `fbads users create --role admin` first"
        )


def is_loopback(host: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
