# One recipe for four images: SERVICE is onboarding, catalog or notifications, or `all` for the setup job and `hub`.
# No `syntax` line: it would make the builder ask a registry for a parser that nothing here needs.
FROM python:3.13-slim AS packages
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
# Wheels only, with their hashes: nothing that was downloaded runs while the image is built.
RUN /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /tmp/requirements.lock

FROM python:3.13-slim AS code
ARG SERVICE=all
WORKDIR /srv/hub
COPY services/ services/
COPY shared/ shared/
# A service's image holds no code of the other two.
RUN test "$SERVICE" = all || test -f "services/$SERVICE/__main__.py" || exit 1; \
    for one in onboarding catalog notifications; do \
        test "$SERVICE" = all || test "$SERVICE" = "$one" || rm -r "services/$one"; \
    done; \
    python -m compileall -q services shared
COPY deploy/docker/ bin/

FROM python:3.13-slim
ARG SERVICE=all
RUN groupadd --gid 10001 hub \
    && useradd --uid 10001 --gid hub --no-create-home --home-dir /tmp --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0700 /var/lib/hub/attachments
# What sets PDFs, and letters that Fira Sans lacks; only onboarding makes papers.
RUN case "$SERVICE" in all|onboarding) \
        apt-get update -qq \
        && apt-get install -y -qq --no-install-recommends \
            libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
        && rm -rf /var/lib/apt/lists/* ;; \
    esac
COPY --from=packages /opt/venv /opt/venv
COPY --from=code /srv/hub /srv/hub
WORKDIR /srv/hub
ENV PATH=/opt/venv/bin:/srv/hub/bin:$PATH \
    PYTHONPATH=/srv/hub \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SERVICE=$SERVICE \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/tmp/hub \
    LOG_FORMAT=json \
    SETUP=off
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=6 CMD ["ready"]
ENTRYPOINT ["serve"]
