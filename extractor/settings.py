"""Every environment variable that the worker reads, typed, in one place; but for the build's own (`extractor/`).

A variable has the name of its field in upper case: `MODELS_DIR`, `MAX_PAGES`. A value of the wrong type stops the
worker at start with the variable's name. In the worker: page processes are handed the values that they need.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, FilePath, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent

_HOST = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")


# How stores write a bucket and a region into a host: BUCKET.s3.REGION.amazonaws.com, BUCKET.s3.REGION.example.org.
_BUCKET_IN_HOST = re.compile(r"(?P<bucket>[^/]+?)\.(?P<host>s3[.-].+|[a-z0-9]+\.digitaloceanspaces\.com)")
_REGION_IN_HOST = re.compile(r"(?:^|\.)s3[.-]([a-z0-9-]+)\.|^([a-z0-9]+)\.digitaloceanspaces\.com$")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an S3-compatible store, and the key to it. `link_s`: for how many seconds a link into it is good."""

    endpoint_url: str
    name: str
    region: str
    access_key_id: str
    secret_access_key: SecretStr
    link_s: int


class Settings(BaseSettings):
    """The worker's configuration. Sizes are bytes, times are seconds, unless the name says otherwise."""

    # What is wrong with a secret is said without it.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    models_dir: Path = Field(default=PROJECT_ROOT / "models", description="where `python -m builder` put the weights")
    models_volume: Path = Field(
        default=Path("/runpod-volume"),
        description="a volume whose weights go before the baked ones, where they are the very same files",
    )
    model_set: str = Field(default="default", description="the set of models that documents are read with")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="auto takes CUDA where torch sees it")
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = Field(
        default="auto", description="what models compute in; auto takes float16 on GPUs that have it, else float32"
    )
    shapes: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="the closed set of shapes that models run in; auto: the device's own"
    )
    page_processes: int = Field(default=0, ge=0, le=64, description="processes that read pages; 0: by the cores")
    page_timeout_s: float = Field(default=60.0, gt=0, description="a page that takes longer to read has failed")
    open_timeout_s: float = Field(default=30.0, gt=0, description="a document that takes longer to open has failed")
    page_cpu_s: float = Field(default=3.0, ge=0.5, description="processor time to open a document, or to read a page")
    page_memory_mb: int = Field(
        default=800, ge=64, description="memory (MB) that a page process may take beyond its own for a document"
    )
    max_fatal_pages: int = Field(
        default=3, ge=1, description="a document that was the end of so many page processes is read no further"
    )
    pages_in_flight: int = Field(
        default=0, ge=0, description="pages of one job that are in memory at the same time; 0: by the device"
    )
    pages_per_process: int = Field(default=2000, ge=1, description="a page process is replaced after so many tasks")

    max_document_bytes: int = Field(default=200 * 2**20, ge=1, description="largest document that is accepted")
    max_pages: int = Field(default=2000, ge=1, description="most pages that one job may ask for")
    max_page_pixels: int = Field(default=120_000_000, ge=1, description="largest image that is decoded, in pixels")
    max_page_words: int = Field(default=20_000, ge=1, description="most words that the text layer of a page may have")
    max_document_pixels: int = Field(
        default=10_000_000_000, ge=1, description="most pixels that the pages of an image file may have together"
    )
    fetch_allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="hosts that are fetched from and delivered to wherever they are: names, *.suffixes, addresses; "
        "separated by commas",
    )
    fetch_allow_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(), description="networks (CIDR) that are not public and open all the same; separated by commas"
    )
    fetch_connect_timeout_s: float = Field(
        default=10.0, gt=0, description="time to find the document's server and to connect to it"
    )
    fetch_read_timeout_s: float = Field(default=30.0, gt=0, description="longest silence while the document arrives")
    fetch_total_timeout_s: float = Field(
        default=300.0, gt=0, description="time for the whole download, redirects and retries included"
    )
    fetch_retries: int = Field(
        default=3, ge=0, le=20, description="how often a download that broke off or was put off is tried again"
    )
    fetch_backoff_s: float = Field(default=0.5, ge=0, description="pause before the first retry; doubles each time")
    ssl_cert_file: FilePath | None = Field(
        default=None, description="certificate authorities (PEM) that servers must have theirs from; none: Mozilla's"
    )
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
    http_max_output_bytes: int = Field(
        default=100_000_000, ge=1, description="largest answer that `server.py` gives; RunPod's own limit is lower"
    )
    http_connections: int = Field(default=512, ge=1, description="connections that `server.py` holds at the same time")
    http_head_timeout_s: float = Field(default=20.0, gt=0, description="time for a request's headers to arrive")
    http_body_timeout_s: float = Field(default=300.0, gt=0, description="time for a request's body to arrive")
    http_keep_s: float = Field(default=3600.0, gt=0, description="how long the answer of a job of `POST /jobs` is kept")
    http_keep_mb: int = Field(
        default=1024, ge=1, description="disk (MB) for answers that are kept; the oldest go before their time"
    )
    http_keep_jobs: int = Field(default=1000, ge=1, description="most jobs whose answers are kept")
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="what webhooks are signed with: `whsec_` and 24 to 64 random bytes in base64, as Standard Webhooks "
        "has it; none: no webhooks",
    )
    webhook_max_bytes: int = Field(
        default=1_000_000, ge=1024, description="largest body of a webhook; of a larger answer it says where it is"
    )

    max_concurrency: int = Field(
        default=0, ge=0, le=64, description="jobs that are taken from RunPod at a time; 0: by the device and its memory"
    )
    drain_s: float = Field(default=30.0, ge=0, description="after SIGTERM, time for running jobs to finish")
    recycle_after_jobs: int = Field(
        default=0, ge=0, description="RunPod is asked for a fresh worker after so many jobs; 0: never"
    )
    post_timeout_s: float = Field(default=60.0, gt=0, description="time for RunPod to take one result")
    post_retry_s: float = Field(default=90.0, ge=0, description="for so long a result that is not taken is sent again")
    batch_timeout_s: float = Field(default=300.0, gt=0, description="a batch on the device that takes longer hangs")
    min_memory_mb: int = Field(default=2048, ge=0, description="memory of the host that must be free at the start")
    min_disk_mb: int = Field(
        default=256,
        ge=0,
        description="disk (MB) for temporary files that must be free for a job to be taken; a tenth of a small disk",
    )
    min_device_memory_mb: int = Field(
        default=3072, ge=0, description="memory of the GPU that must be free at the start"
    )

    bucket_endpoint_url: str | None = Field(
        default=None,
        description="an S3-compatible store that takes answers over the limit: https://BUCKET.s3.REGION.amazonaws.com, "
        "https://HOST/BUCKET, or https://HOST and BUCKET_NAME",
    )
    bucket_name: str | None = Field(default=None, description="the bucket, where its endpoint's URL does not name it")
    bucket_access_key_id: str | None = Field(default=None, description="the store's key")
    bucket_secret_access_key: SecretStr | None = Field(default=None, description="the store's secret")
    bucket_link_s: int = Field(
        default=604_800, ge=60, le=604_800, description="how long the link to an answer in the bucket is good"
    )

    metrics_push_url: SecretStr | None = Field(
        default=None,
        description="a Prometheus Pushgateway that takes the queue worker's metrics, with a name and a password if it "
        "wants them: https://NAME:PASSWORD@HOST; by default they leave for nowhere",
    )
    metrics_push_s: float = Field(default=15.0, ge=1, description="seconds between two pushes of the metrics")

    layout_batch: int = Field(default=0, ge=0, description="pages in one layout batch; 0: by the device")
    recognition_batch: int = Field(default=0, ge=0, description="text lines in one recognition batch; 0: by the device")
    batch_wait_ms: float = Field(default=2.0, ge=0, description="how long the GPU's owner waits for a batch to fill")
    torch_threads: int = Field(default=0, ge=0, description="CPU threads of torch; 0: one for each core that is usable")

    @field_validator("metrics_push_url")
    @classmethod
    def _an_address(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value()) if value is not None else None
        if parts is not None and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError("an http or https address is wanted")
        return value

    @field_validator("fetch_allow_hosts", "fetch_allow_networks", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("fetch_allow_hosts")
    @classmethod
    def _host_patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        hosts = tuple(host.lower().strip("[]") for host in value)
        for host in hosts:
            if not _HOST.fullmatch(host):
                raise ValueError("use hosts such as files.example, *.example or 10.0.0.7; networks go elsewhere")
        return hosts

    @field_validator("webhook_secret")
    @classmethod
    def _standard_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not 24 <= len(_key_of(value)) <= 64:
            raise ValueError("use whsec_ and 24 to 64 random bytes in base64")
        return value

    @model_validator(mode="after")
    def _whole_bucket(self) -> Settings:
        given = [self.bucket_endpoint_url, self.bucket_access_key_id, self.bucket_secret_access_key]
        if any(given) and not all(given):
            raise ValueError("set all of BUCKET_ENDPOINT_URL, BUCKET_ACCESS_KEY_ID and BUCKET_SECRET_ACCESS_KEY")
        if self.bucket_endpoint_url and not self._bucket_place()[1]:
            raise ValueError("BUCKET_ENDPOINT_URL names no bucket: set BUCKET_NAME")
        return self

    @property
    def webhook_key(self) -> bytes | None:
        """The bytes that webhooks are signed with; None where no secret is set."""
        return None if self.webhook_secret is None else _key_of(self.webhook_secret)

    @property
    def bucket(self) -> Bucket | None:
        """The bucket that answers over the limit go to; None where none is set."""
        if self.bucket_access_key_id is None or self.bucket_secret_access_key is None:
            return None
        endpoint, name, region = self._bucket_place()
        return Bucket(
            endpoint, name, region, self.bucket_access_key_id, self.bucket_secret_access_key, self.bucket_link_s
        )

    def _bucket_place(self) -> tuple[str, str, str]:
        """The store's endpoint, the bucket's name and its region."""
        parts = urlsplit(self.bucket_endpoint_url or "")
        host, name = parts.netloc, self.bucket_name or parts.path.strip("/")
        own = _BUCKET_IN_HOST.fullmatch(host)
        if own and not name:
            name, host = own["bucket"], own["host"]
        region = _REGION_IN_HOST.search(host)
        return f"{parts.scheme}://{host}", name, (region[1] or region[2]) if region else "us-east-1"


def read_settings() -> Settings:
    """The environment's settings.

    Where one is wrong, raises `SystemExit` with a line that names each variable which is, and echoes no value: it may
    be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = (
            " ".join(f"{_variable(detail['loc'])}{detail['msg'].removeprefix('Value error, ')}".split())
            for detail in error.errors(include_url=False, include_input=False, include_context=False)
        )
        raise SystemExit("; ".join(dict.fromkeys(problems))) from None


def _variable(place: tuple[int | str, ...]) -> str:
    """The variable that a problem is about, if it is about one."""
    return f"{str(place[0]).upper()}: " if place else ""


def _key_of(secret: SecretStr) -> bytes:
    """The bytes of a secret of Standard Webhooks; none where it is not one."""
    try:
        return base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)
    except ValueError:
        return b""
