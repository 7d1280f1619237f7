"""Every environment variable that the worker reads, typed, in one place.

A variable has the name of its field in upper case: `MODELS_DIR`, `MAX_PAGES`. A value of the wrong type stops the
worker at start with the variable's name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The worker's configuration. Sizes are bytes, times are seconds, unless the name says otherwise."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    models_dir: Path = Field(default=PROJECT_ROOT / "models", description="where `python -m builder` put the weights")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="auto takes CUDA where torch sees it")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="what models compute in; auto takes bfloat16 on GPUs that have it, else float32"
    )
    page_processes: int = Field(default=0, ge=0, le=64, description="processes that read pages; 0: by the cores")
    page_timeout_s: float = Field(default=60.0, gt=0, description="a page that takes longer to read has failed")
    pages_in_flight: int = Field(
        default=0, ge=0, description="pages of one job that are in memory at the same time; 0: by the device"
    )
    pages_per_process: int = Field(default=500, ge=1, description="a page process is replaced after so many tasks")

    max_document_bytes: int = Field(default=200 * 2**20, ge=1, description="largest document that is accepted")
    max_pages: int = Field(default=2000, ge=1, description="most pages that one job may ask for")
    max_page_pixels: int = Field(default=120_000_000, ge=1, description="largest image that is decoded, in pixels")
    fetch_connect_timeout_s: float = Field(default=10.0, gt=0, description="time to connect to the document's server")
    fetch_read_timeout_s: float = Field(default=30.0, gt=0, description="longest silence while the document arrives")
    fetch_total_timeout_s: float = Field(default=300.0, gt=0, description="time for the whole download")
    deadline_s: float = Field(default=600.0, gt=0, description="default of the input's `deadline_s`")
    max_output_bytes: int = Field(default=15_000_000, ge=1, description="largest answer that is handed to RunPod")

    bind_address: str = Field(default="127.0.0.1", description="where `server.py` listens; all: 0.0.0.0")
    port: int = Field(default=8000, ge=0, le=65535, description="the port of `server.py`; 0: any that is free")
    zopilot_gpu_api_key: SecretStr | None = Field(
        default=None, description="the key that `server.py` asks for; without it, it serves this machine alone"
    )
    http_jobs: int = Field(default=4, ge=1, description="jobs that `server.py` works on at the same time")
    http_waiting_jobs: int = Field(default=16, ge=0, description="jobs that wait in `server.py`; more get status 429")
    http_max_json_bytes: int = Field(
        default=32 * 2**20, ge=1, description="largest JSON body that `server.py` takes; uploads may be larger"
    )
    http_body_timeout_s: float = Field(default=300.0, gt=0, description="time for a request's body to arrive")
    drain_s: float = Field(default=30.0, ge=0, description="after SIGTERM, time for running jobs to finish")

    layout_batch: int = Field(default=0, ge=0, description="pages in one layout batch; 0: by the device")
    recognition_batch: int = Field(default=0, ge=0, description="text lines in one recognition batch; 0: by the device")
    batch_wait_ms: float = Field(default=2.0, ge=0, description="how long the GPU's owner waits for a batch to fill")
    torch_threads: int = Field(default=0, ge=0, description="CPU threads of torch; 0: one for each core that is usable")
