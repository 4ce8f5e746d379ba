# syntax=docker/dockerfile:1
# One image for every service: code location, webserver, daemon, sidecar, sandbox. Two stages: tools stay in the first.

FROM python:3.11-slim AS build
WORKDIR /srv/fbads
RUN python -m venv /opt/venv
COPY requirements/uv.txt requirements/py311.txt requirements/
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/uv.txt \
 && /opt/venv/bin/uv pip sync --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes requirements/py311.txt
COPY pyproject.toml README.md workspace.yaml dagster.yaml ./
COPY config config
COPY fbads_pipeline fbads_pipeline
COPY dbt_project dbt_project
RUN /opt/venv/bin/uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --no-deps --no-build-isolation --editable . \
 && /opt/venv/bin/python -m fbads_pipeline.adapters.dbt.project

FROM python:3.11-slim AS run
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FBADS_HOME=/var/lib/fbads/home \
    DAGSTER_HOME=/var/lib/fbads/home/dagster \
    FBADS_LOG_FORMAT=json
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/fbads fbads \
 && install -d -o fbads -g fbads /var/lib/fbads/home/dagster
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=fbads:fbads /srv/fbads /srv/fbads
COPY config/dagster/workspace.docker.yaml /srv/fbads/workspace.yaml
COPY --chown=fbads:fbads dagster.yaml /var/lib/fbads/home/dagster/dagster.yaml
WORKDIR /srv/fbads
USER fbads
ENTRYPOINT []
CMD ["fbads", "--help"]
