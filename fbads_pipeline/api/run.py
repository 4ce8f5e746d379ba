"""Serves the sidecar on loopback. Until it has a login it listens nowhere else."""

from ipaddress import ip_address

from fbads_pipeline.adapters.postgres.database import open_database
from fbads_pipeline.adapters.processes import require_free_port
from fbads_pipeline.settings import Settings, SettingsError

HOST = "127.0.0.1"


def serve(settings: Settings, host: str = HOST) -> None:
    """Serve until SIGTERM or SIGINT; raises SettingsError for a host beyond loopback, PortTaken for a taken port."""
    import uvicorn

    from fbads_pipeline.api.app import create_app

    require_loopback(host)
    require_free_port(settings.api_port, "FBADS_API_PORT")
    with open_database(settings) as database:
        database.prepare()
        uvicorn.run(
            create_app(settings, database),
            host=host,
            port=settings.api_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )


def require_loopback(host: str) -> None:
    """Raises SettingsError unless the address is this machine's own."""
    try:
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise SettingsError(f"the sidecar has no login yet and listens on loopback only, not on {host}: use 127.0.0.1")
