"""Where the checkout's files lie."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DBT_PROJECT = ROOT / "dbt_project"
METRICS = DBT_PROJECT / "metrics.yml"
