"""A job's answer or progress -> one post to RunPod, and whether RunPod took it. In the worker.

What stands between may answer in RunPod's place: a success before the whole answer was sent is none, nor is that of
another page, to which a redirect led without the answer. Of what is said, a little is read.
"""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import BytesPayload, ClientError, ClientSession, ClientTimeout
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from .runpod_sdk import rp_http

# Redirects that are followed, of a post and of a take.
MOST_REDIRECTS = 3
# What is read of an answer to a post, in bytes; the rest ends the connection.
_MOST_SAID_BYTES = 1 << 16
# Printable ASCII, unchanged in a header: every valid job id is made of it.
_AS_IT_IS = "".join(map(chr, range(0x21, 0x7F)))


class _Body(BytesPayload):
    """A body that says whether all of it was `sent`: a server may answer before."""

    sent = False

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        self.sent = False
        await super().write_with_length(writer, content_length)
        self.sent = True


async def post(session: ClientSession, job_id: str, body: bytes, seconds: float) -> tuple[int, str]:
    """The status of one try of at most so many seconds, 0 where the answer is lost, and the status or why in words."""
    sent = _Body(body)
    try:
        async with session.post(
            _done_url(job_id),
            data=sent,
            headers=_headers(job_id),
            timeout=ClientTimeout(total=seconds),
            max_redirects=MOST_REDIRECTS,
        ) as response:
            await response.content.read(_MOST_SAID_BYTES)
            status, method = response.status, response.method
    except (ClientError, OSError, TimeoutError) as error:
        return 0, type(error).__name__
    if method != "POST":  # 301, 302 and 303 make a GET of it
        return 0, "a redirect that leaves the answer behind"
    if 200 <= status < 300 and not sent.sent:
        return 0, f"status {status}, before it had the whole"
    return status, f"status {status}"


def _done_url(job_id: str) -> URL:
    url: str = rp_http.JOB_DONE_URL
    return URL(url.replace("$ID", quote(job_id, safe="")) + "&isStream=false", encoded=True)


def _headers(job_id: str) -> dict[str, str]:
    return {
        "charset": "utf-8",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Request-ID": quote(job_id, safe=_AS_IT_IS),
    }
