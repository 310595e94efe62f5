# To pin the base by its digest: docker buildx imagetools inspect python:3.12-slim, then
# docker build --build-arg BASE=python:3.12-slim@sha256:… (or the same under `args` in compose.yaml).
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
WORKDIR /codebell
COPY requirements.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
COPY bot bot
COPY handlers handlers
COPY storage storage
RUN /venv/bin/pybabel --quiet compile --domain bot --directory bot/locales \
 && python -m compileall -q bot handlers storage

FROM ${BASE}
RUN groupadd --gid 10001 codebell \
 && useradd --uid 10001 --gid codebell --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin codebell \
 && install --directory --owner codebell --group codebell --mode 700 /data
COPY --from=build /venv /venv
COPY --from=build /codebell /codebell
# The root file system may be read-only: only /data and /tmp are written to.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/codebell.db \
    HEARTBEAT_FILE=/tmp/codebell.alive \
    MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /codebell
USER 10001:10001
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 CMD ["python", "-m", "bot", "check", "--alive"]
ENTRYPOINT ["python", "-m", "bot"]
