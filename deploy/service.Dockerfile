# The service: `docker build -f deploy/service.Dockerfile -t yuefu-service .` in the project's folder.
FROM python:3.12-slim AS built
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
COPY requirements/service.txt /
RUN uv venv /opt/service && uv pip sync --python /opt/service/bin/python --require-hashes /service.txt

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home yuefu
WORKDIR /yuefu
COPY --from=built /opt/service /opt/service
COPY actions actions
COPY demo demo
COPY ledger ledger
COPY migrations migrations
COPY nlu nlu
COPY profiles profiles
ENV HOME=/tmp PYTHONUNBUFFERED=1 YUEFU_PROFILE=production YUEFU_RUN_DIR=/tmp \
    YUEFU_SERVICE_HOST=0.0.0.0 YUEFU_PUBLIC_HOST=0.0.0.0
USER 10001
EXPOSE 5055 5056
ENTRYPOINT ["/opt/service/bin/python", "-m", "actions.server"]
