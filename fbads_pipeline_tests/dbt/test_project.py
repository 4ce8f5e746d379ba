"""The manifest fits the project or says so; dbt gets its database from an URL."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fbads_pipeline.adapters.dbt import project
from fbads_pipeline.adapters.dbt.project import ManifestError, dbt_environment


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the dbt project with its manifest, in another place."""
    folder = tmp_path / "dbt_project"
    shutil.copytree(project.project_dir(), folder, ignore=shutil.ignore_patterns("parsed", "logs"))
    monkeypatch.setenv("FBADS_DBT_PROJECT_DIR", str(folder))
    return folder


def test_a_manifest_fits_wherever_the_project_lies(copy: Path) -> None:
    assert not project.manifest_is_stale()
    assert project.fresh_manifest() == copy / "target" / "manifest.json"


@pytest.mark.parametrize(
    "file", ["dbt_project.yml", "models/marts/ads.sql", "macros/expressions.sql", "models/new.sql"]
)
def test_a_changed_file_makes_it_stale(copy: Path, file: str) -> None:
    with (copy / file).open("a") as stream:
        stream.write("\n-- changed\n")
    with pytest.raises(ManifestError, match="does not fit the project's files any more: run `make manifest`"):
        project.fresh_manifest()


@pytest.mark.parametrize("file", [".sqlfluff", "metrics.yml", "profiles.yml"])
def test_a_file_that_dbt_does_not_parse_does_not(copy: Path, file: str) -> None:
    with (copy / file).open("a") as stream:
        stream.write("\n# changed\n")
    assert not project.manifest_is_stale()


def test_a_missing_manifest_is_named_and_the_command_builds_it(copy: Path) -> None:
    shutil.rmtree(copy / "target")
    with pytest.raises(ManifestError, match="^dbt's manifest is missing: run `make manifest`$"):
        project.fresh_manifest()
    assert project.main() == 0
    assert project.fresh_manifest().is_file()
    assert [path.name for path in sorted((copy / "target").iterdir())] == ["manifest.json", "manifest.sha256", "parsed"]


def test_a_project_that_dbt_cannot_parse_is_named_and_the_old_manifest_stays(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = project.manifest_path().read_bytes()
    (copy / "models" / "marts" / "ads.sql").write_text("select * from {{ ref('nothing') }}")
    assert project.main() == 1
    assert "dbt cannot parse the project" in capsys.readouterr().err
    assert project.manifest_path().read_bytes() == before
    assert project.manifest_is_stale()


def test_a_folder_without_a_project_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FBADS_DBT_PROJECT_DIR", str(tmp_path))
    with pytest.raises(ManifestError, match="holds no dbt project: set FBADS_DBT_PROJECT_DIR"):
        project.project_dir()


def test_the_assets_refuse_a_stale_manifest_in_one_sentence(copy: Path) -> None:
    (copy / "target" / "manifest.sha256").write_text("of another day")
    code = "import warnings; warnings.simplefilter('ignore'); import fbads_pipeline.defs.transform.assets"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("run `make manifest`")


def test_the_command_imports_nothing_heavy_when_the_manifest_is_fresh() -> None:
    code = (
        "import sys; from fbads_pipeline.adapters.dbt.project import main; main();"
        "print([m for m in ('dbt', 'dagster', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "name"),
    [
        ("postgresql+psycopg2://u:p%40ss@db.example:5433/ads", "db.example", "5433", "u", "p@ss", "ads"),
        ("postgresql://u@db/ads", "db", "5432", "u", "", "ads"),
        ("postgresql+psycopg2://u:p@/ads?host=/run/pg&port=6000", "/run/pg", "6000", "u", "p", "ads"),
    ],
)
def test_an_url_becomes_the_variables_of_the_profile(
    url: str, host: str, port: str, user: str, password: str, name: str
) -> None:
    got = dbt_environment(url)
    assert [got[f"FBADS_DBT_{part}"] for part in ("HOST", "PORT", "USER", "PASSWORD", "NAME")] == [
        host,
        port,
        user,
        password,
        name,
    ]
    assert got["FBADS_DBT_SSLMODE"] == "prefer"


def test_how_the_connection_is_encrypted_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dbt_environment("postgresql://u@db/ads?sslmode=require")["FBADS_DBT_SSLMODE"] == "require"
    got = dbt_environment("postgresql://u@db/ads?sslmode=verify-full&sslrootcert=/etc/db.pem")
    assert (got["FBADS_DBT_SSLMODE"], got["FBADS_DBT_SSLROOTCERT"]) == ("verify-full", "/etc/db.pem")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/other.pem")
    got = dbt_environment("postgresql://u@db/ads")
    assert (got["FBADS_DBT_SSLMODE"], got["FBADS_DBT_SSLROOTCERT"]) == ("verify-full", "/etc/other.pem")


def test_an_installed_package_keeps_what_dbt_writes_in_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "is_checkout", lambda: False)
    monkeypatch.setenv("FBADS_HOME", str(tmp_path))
    assert project.manifest_path() == tmp_path / "dbt" / "manifest.json"
    assert project.manifest_is_stale()
