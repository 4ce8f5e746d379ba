"""Adding a metric: what is written by hand, and that the metric is everywhere then; on a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.domain.metrics.registry import sum_reported
from fbads_pipeline_tests.support.paths import ROOT
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

RAW_FIELD = """
  - name: landing_page_clicks
    labels: {pt: Cliques na página, en: Landing page clicks}
    synonyms: {pt: [cliques na página de destino], en: [clicks to the landing page]}
    description: "Clicks that reached the landing page; 0 where Meta left it out."
    raw: {field: landing_clicks, type: bigint}
    unit: count
    good: up
    additive: [objects, days]
"""
RATIO = """
  - name: cost_per_link_click
    labels: {pt: Custo por clique no link, en: Cost per link click}
    synonyms: {pt: [preço do clique no link], en: [price per link click]}
    description: "Spend per link click; null without link clicks."
    ratio: {numerator: spend, denominator: link_clicks}
    unit: money
    good: down
"""
MIGRATION = '''"""The figure landing_clicks."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("insights", "insight_readings"):
        op.execute(f"alter table raw.{{table}} add column landing_clicks bigint")


def downgrade() -> None:
    raise NotImplementedError
'''
PROOF = """
import sys
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.meta_ads.queries import FIGURES
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.collection.pages import INSIGHT_COLUMNS
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse, furnish, numbers

warehouse = Warehouse(sys.argv[1])
migrate.upgrade(warehouse.engine)
furnish(warehouse)
warehouse.insight("campaign", "1-1", DAY, landing_clicks=15, **numbers(2))
warehouse.built()
print("asked of Meta:", "landing_clicks" in FIGURES, "stored:", "landing_clicks" in INSIGHT_COLUMNS)
print(translator().text("metrics.landing_page_clicks", "pt"), "|", METRICS["cost_per_link_click"].expression)
print(warehouse.rows(
    "select landing_page_clicks, trim_scale(cost_per_link_click) from marts.campaign_daily"
    " where campaign_id = '1-1' and day = :day", day=DAY
))
print(warehouse.value("select landing_page_clicks from marts.campaign_daily where campaign_id = '2-1' limit 1"))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    """A copy of the tree, in which what the edits and the generator change can be told apart."""
    ignored = shutil.ignore_patterns("__pycache__", "target", "logs", "*.mo")
    for name in ("fbads_pipeline", "dbt_project"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copytree(ROOT / "fbads_pipeline_tests" / "support", tmp_path / "fbads_pipeline_tests" / "support")
    (tmp_path / "fbads_pipeline_tests" / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    yield tmp_path


def contents(tree: Path) -> dict[str, bytes]:
    files = (path for path in tree.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(tree)): path.read_bytes() for path in files}


def changed(tree: Path, before: dict[str, bytes]) -> set[str]:
    return {name for name, content in contents(tree).items() if before.get(name) != content}


def add(tree: Path, metric: str) -> None:
    with (tree / "dbt_project" / "metrics.yml").open("a", encoding="utf-8") as registry:
        registry.write(metric.lstrip("\n"))


def migrate_raw(tree: Path) -> None:
    versions = tree / "fbads_pipeline" / "adapters" / "postgres" / "migrations" / "versions"
    last = max(re.match(r"v(\d+)_", path.name)[1] for path in versions.glob("v*_*.py"))  # type: ignore[index]
    revision = f"{int(last) + 1:04d}"
    text = MIGRATION.format(revision=revision, before=last)
    (versions / f"v{revision}_landing_clicks.py").write_text(text, encoding="utf-8")


def run(tree: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FBADS_")}
    environment |= {"PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_ratio_takes_one_file_and_a_raw_metric_two(tree: Path, postgres: EmbeddedPostgres) -> None:
    """At most 2 and 6 are allowed; everything else is written by the generator."""
    before = contents(tree)
    add(tree, RATIO)
    assert len(changed(tree, before)) <= 2
    add(tree, RAW_FIELD)
    migrate_raw(tree)
    assert len(changed(tree, before)) <= 6
    by_hand = changed(tree, before)
    run(tree, "-m", "fbads_pipeline.adapters.dbt.metric_registry")
    written = changed(tree, before) - by_hand
    assert {name.split("/")[-1] for name in written} == {
        *("declared.py", "metrics.sql", "metrics.po", "_staging.yml", "_intermediate.yml", "_daily.yml"),
        *("campaign_daily_versions.yml", "_sales.yml"),
    }
    with fresh_database(postgres) as url:
        found = run(tree, "-c", PROOF, url).splitlines()
    assert found == [
        "asked of Meta: True stored: True",
        f"Cliques na página | ({sum_reported('spend')}) / nullif({sum_reported('link_clicks')}, 0)",
        "[(15, Decimal('0.525'))]",
        "0",
    ]
