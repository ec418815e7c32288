# Rasa, alone on Python 3.10, with the dialogue already trained: every replica starts with the same
# model, in half a minute, and needs no volume.
ARG PYTHON=3.10-slim-trixie

FROM python:${PYTHON} AS packages
ARG UV=0.13.8
RUN pip install --no-cache-dir "uv==${UV}"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy VIRTUAL_ENV=/opt/venv
WORKDIR /packages
COPY bot/pyproject.toml bot/constraints.txt ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv venv /opt/venv && uv pip install -c constraints.txt -r pyproject.toml

FROM python:${PYTHON} AS rasa
RUN groupadd --gid 10001 shopkeeper \
    && useradd --uid 10001 --gid shopkeeper --no-create-home --home-dir /tmp shopkeeper
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    SHOPKEEPER_HOME=/opt/dialogue
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY bot/ ./
COPY deploy/probe.py ./
RUN python -m compileall -q . && python run.py train
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
CMD ["python", "run.py", "serve"]
