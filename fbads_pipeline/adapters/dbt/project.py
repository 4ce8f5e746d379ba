"""Where the dbt project lies, and its manifest: built by a command, checked at import.

`python -m fbads_pipeline.adapters.dbt.project` (make manifest) builds it when the project has changed.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from fbads_pipeline.adapters.dbt.invocation import run_dbt
from fbads_pipeline.adapters.dbt.kept_parses import keep_parse, kept_parse, replace_file, state_of
from fbads_pipeline.adapters.packaged_files import is_checkout, packaged
from fbads_pipeline.domain.core.errors import WrongUse

PARSED = ("dbt_project.yml", "macros", "models", "seeds", "tests")
# What the project is built with where the settings say nothing else.
THREADS, GOAL_FAMILY, ATTRIBUTION_WINDOWS = 2, "purchase", ("7d_click", "1d_view")
_OWN_DATABASE = "postgresql://fbads@127.0.0.1/fbads"


class ManifestError(WrongUse):
    """dbt's manifest is missing or older than the project; the message says what to do."""


def project_dir() -> Path:
    """The folder of the dbt project: FBADS_DBT_PROJECT_DIR, else that of the checkout or of the installed package."""
    configured = os.environ.get("FBADS_DBT_PROJECT_DIR")
    folder = Path(configured) if configured else packaged("dbt_project")
    if not (folder / "dbt_project.yml").is_file():
        raise ManifestError(f"{folder} holds no dbt project: set FBADS_DBT_PROJECT_DIR to the folder dbt_project")
    return folder.resolve()


def conversion_families() -> frozenset[str]:
    """The families that conversions are counted by, from dbt_project.yml."""
    declared = yaml.safe_load((project_dir() / "dbt_project.yml").read_text(encoding="utf-8"))
    return frozenset(declared["vars"]["conversion_families"])


def target_dir() -> Path:
    """Where manifest and parse are kept: `target` in the project; `dbt` in FBADS_HOME for an installed package."""
    if is_checkout() or os.environ.get("FBADS_DBT_PROJECT_DIR"):
        return project_dir() / "target"
    return Path(os.environ.get("FBADS_HOME", ".fbads")).expanduser().resolve() / "dbt"


def manifest_path() -> Path:
    """The file that dbt's manifest is kept in."""
    return target_dir() / "manifest.json"


def project_hash() -> str:
    """One hash over every file that dbt parses and the version of dbt; paths count relative to the project."""
    folder = project_dir()
    files = [folder / PARSED[0]]
    for part in PARSED[1:]:
        files.extend(path for path in sorted((folder / part).rglob("*")) if path.is_file())
    total = hashlib.sha256(version("dbt-core").encode())
    for path in files:
        content = path.read_bytes()
        total.update(f"\0{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def manifest_is_stale() -> bool:
    """Whether the manifest is missing, or was built from other files than the project's."""
    built_from = _hash_path()
    if not manifest_path().is_file() or not manifest_path().stat().st_size or not built_from.is_file():
        return True
    return built_from.read_text().strip() != project_hash()


def fresh_manifest() -> Path:
    """The path of a manifest that fits the project; raises ManifestError with one sentence otherwise.

    An installed package has no `make`: there it is built when it is first needed.
    """
    if manifest_is_stale():
        if not is_checkout():
            return build_manifest()
        reason = "does not fit the project's files any more" if manifest_path().is_file() else "is missing"
        raise ManifestError(f"dbt's manifest {reason}: run `make manifest`")
    return manifest_path()


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest, as dbt wrote it; raises ManifestError for a broken one."""
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError:
        raise ManifestError(f"dbt's manifest {path} is broken: delete it, and start the program again") from None
    return content


def build_manifest() -> Path:
    """Parse the project and put manifest and hash in place; a reader sees the old pair, the new one, or `stale`.

    The parse itself is kept for builds of a home's own server with the usual settings: the first one need not parse.
    """
    path, built_from, environment = manifest_path(), project_hash(), dbt_environment(_OWN_DATABASE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fbads-dbt-") as folder:
        target, project = Path(folder), project_dir()
        outcome = run_dbt(project, ["parse"], environment=environment, target=target, keeps_json=True)
        if not outcome.succeeded:
            raise ManifestError(f"dbt cannot parse the project: {outcome.error}")
        content = (target / "manifest.json").read_bytes()
        keep_parse(target, kept_parse(target_dir(), state_of(project, built_from, environment)))
    _hash_path().unlink(missing_ok=True)
    replace_file(path, content)
    replace_file(_hash_path(), built_from.encode())
    return path


def dbt_environment(
    database_url: str,
    *,
    threads: int = THREADS,
    goal_family: str = GOAL_FAMILY,
    reporting_currency: str | None = None,
    attribution_windows: Sequence[str] = ATTRIBUTION_WINDOWS,
) -> dict[str, str]:
    """The variables that the project reads; those of the connection from an SQLAlchemy URL (over TCP, or a socket by
    ?host=)."""
    from sqlalchemy.engine import make_url  # SQLAlchemy is heavy: whoever only asks for the manifest is spared it

    url = make_url(database_url)
    query = {key: value if isinstance(value, str) else value[0] for key, value in url.query.items()}
    return {
        "FBADS_DBT_HOST": url.host or query.get("host", "127.0.0.1"),
        "FBADS_DBT_PORT": str(url.port or query.get("port", 5432)),
        "FBADS_DBT_USER": url.username or query.get("user", "fbads"),
        "FBADS_DBT_PASSWORD": url.password or query.get("password", ""),
        "FBADS_DBT_NAME": url.database or "fbads",
        "FBADS_DBT_SSLMODE": query.get("sslmode") or os.environ.get("PGSSLMODE") or "prefer",
        "FBADS_DBT_SSLROOTCERT": query.get("sslrootcert") or os.environ.get("PGSSLROOTCERT") or "",
        "FBADS_DBT_THREADS": str(threads),
        "FBADS_GOAL_FAMILY": goal_family,
        "FBADS_REPORTING_CURRENCY": reporting_currency or "",
        "FBADS_ATTRIBUTION_WINDOWS": ",".join(attribution_windows),
    }


def _hash_path() -> Path:
    return manifest_path().with_name("manifest.sha256")


def main() -> int:
    """Build the manifest where it is stale; the reason on stderr and 1 where dbt cannot parse the project."""
    try:
        if manifest_is_stale():
            build_manifest()
    except ManifestError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
