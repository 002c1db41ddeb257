# The bot: `docker build -f deploy/bot.Dockerfile -t yuefu-bot .` in the project's folder. The model is trained here.
FROM python:3.10-slim AS built
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
WORKDIR /yuefu
COPY requirements/bot.txt requirements/
RUN uv venv /opt/bot && uv pip sync --python /opt/bot/bin/python --require-hashes requirements/bot.txt
COPY . .
RUN RASA_TELEMETRY_ENABLED=false /opt/bot/bin/rasa train --fixed-model-name yuefu

FROM python:3.10-slim
RUN useradd --uid 10001 --no-create-home yuefu
WORKDIR /yuefu
COPY --from=built /opt/bot /opt/bot
COPY channels channels
COPY nlu nlu
COPY profiles profiles
COPY data data
COPY config.yml credentials.yml domain.yml ./
COPY deploy/endpoints.yml deploy/
COPY --from=built /yuefu/models models
ENV HOME=/tmp MPLCONFIGDIR=/tmp TF_CPP_MIN_LOG_LEVEL=2 PYTHONUNBUFFERED=1 RASA_TELEMETRY_ENABLED=false \
    YUEFU_PROFILE=production YUEFU_BOT_HOST=0.0.0.0
USER 10001
EXPOSE 5005
ENTRYPOINT ["/opt/bot/bin/python", "-m", "channels.start"]
