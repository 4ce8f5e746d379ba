"""The program's entry: commands that load when they are called, exit codes, and misspelt settings."""

import subprocess
import sys
from importlib import import_module

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from fbads_pipeline.cli.errors import report
from fbads_pipeline.cli.main import COMMANDS, app
from fbads_pipeline.domain.core.errors import FbadsError, OutsideFailed, WrongUse
from fbads_pipeline.settings import misspelt_settings

HEAVY = ("dagster", "pandas", "numpy", "sqlalchemy", "pydantic", "babel", "fastapi", "structlog")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_of_a_command_is_the_first_sentence_of_its_own_help(name):
    module, summary = COMMANDS[name]
    command = get_command(import_module(f"fbads_pipeline.cli.{module}").app)
    assert " ".join((command.help or "").split("\n\n")[0].split()) == summary


def test_help_loads_no_command_and_no_heavy_library():
    program = (
        "import sys; from fbads_pipeline.cli.main import main; sys.argv[1:] = ['--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    print(sorted(set(sys.modules) & set(sys.stdin.read().split())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=" ".join(HEAVY),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    "program",
    [
        "import sys; from fbads_pipeline.cli.main import main; sys.argv[1:] = ['--version']\n"
        "try:\n    main()\nexcept SystemExit:\n    ",
        "import fbads_pipeline.definitions; ",
    ],
    ids=["fbads", "a run that Dagster starts"],
)
def test_garbage_is_looked_for_rarely(program):
    code = f"import gc; before = gc.get_threshold()\n{program}print(before[0], gc.get_threshold()[0])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.splitlines()[-1].split())
    assert after > 10 * before


def test_a_command_has_its_own_help_and_options():
    done = CliRunner().invoke(app, ["sync", "--help"])
    assert done.exit_code == 0 and "--from" in done.output and "--account" in done.output


def test_an_unknown_command_is_wrong_use():
    done = CliRunner().invoke(app, ["synk"])
    assert (done.exit_code, "sync" in done.output) == (2, True)


def test_the_version_is_printed():
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0 and done.output.strip().count(".") == 2


@pytest.mark.parametrize(
    ("error", "code", "printed"),
    [
        (WrongUse("change this\nmore"), 2, "fbads: change this\n"),
        (OutsideFailed("it is away"), 3, "fbads: it is away\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_error_of_ours_is_one_sentence_and_its_code(capsys, error, code, printed):
    assert report(error) == code
    assert capsys.readouterr().err == printed


def test_a_fault_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        report(ZeroDivisionError())


def test_every_error_of_ours_has_an_exit_code_that_the_command_line_documents():
    for module in ("adapters.postgres.server.engine", "adapters.processes", "cli.operations.run", "api.app"):
        import_module(f"fbads_pipeline.{module}")
    kinds, waiting = [], [FbadsError]
    while waiting:
        kinds.append(waiting.pop())
        waiting += kinds[-1].__subclasses__()
    assert {one.__name__ for one in kinds} >= {"SettingsError", "PortTaken", "DatabaseUnreachable", "MetaError"}
    assert {2, 3} <= {one.exit_code for one in kinds} <= {1, 2, 3}


def test_a_language_without_a_catalogue_is_wrong_use():
    done = CliRunner().invoke(app, ["ask", "x", "--lang", "xx"])
    assert (done.exit_code, "'xx' is none of" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("variable", "questions"),
    [
        ("FBADS_CTR_LIMT", ["FBADS_CTR_LIMT: did you mean FBADS_CTR_LIMIT?"]),
        ("FBADS_CTR_LIMIT", []),
        ("fbads_home", []),
        ("FBADS_DAGSTER_DATABASE_URL", []),
        ("FBADS_SOMETHING_ELSE", []),
        ("CTR_LIMT", []),
    ],
)
def test_a_misspelt_setting_is_named(variable, questions):
    assert misspelt_settings({variable: "1"}) == questions
