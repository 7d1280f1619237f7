"""A webhook's signature, and the secrets that it is made with."""

from __future__ import annotations

import base64

import pytest
from pydantic import ValidationError

from extractor.deadline import JobEnd
from extractor.errors import FetchForbidden, InvalidInput, WorkerUnhealthy
from extractor.settings import Settings
from extractor.transport.webhook import NotTold, call_webhook, check_webhook, signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNING = Settings(webhook_secret=SECRET)


def test_signature_is_that_of_the_standards_own_libraries() -> None:
    """The message that they are tested with."""
    assert SIGNING.webhook_key is not None
    signed = signature(SIGNING.webhook_key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secret_may_lack_its_prefix() -> None:
    assert Settings(webhook_secret=SECRET.removeprefix("whsec_")).webhook_key == SIGNING.webhook_key


@pytest.mark.parametrize(
    "secret", ["c0rrect-horse", "whsec_é", f"whsec_{base64.b64encode(bytes(23)).decode()}", SECRET[:-1]]
)
def test_weak_or_broken_secret_stops_the_worker_at_start(secret: str) -> None:
    with pytest.raises(ValidationError, match=r"webhook_secret\n.*24 to 64 random bytes in base64") as caught:
        Settings(webhook_secret=secret)
    assert secret not in str(caught.value)


class TestAddress:
    def test_without_a_secret_there_is_none(self) -> None:
        with pytest.raises(InvalidInput, match=r"^webhook: this worker has no WEBHOOK_SECRET"):
            check_webhook("https://example.com/", Settings(), JobEnd())

    def test_is_checked_again_when_it_is_called(self) -> None:
        """A name that has become one of a private network since."""
        for check in (
            lambda url: check_webhook(url, SIGNING, JobEnd()),
            lambda url: call_webhook(url, "id", b"{}", SIGNING, JobEnd().limit("it was told", 10)),
        ):
            with pytest.raises((FetchForbidden, NotTold), match="not public"):
                check("http://127.0.0.1:9/?token=s3cret")

    def test_a_worker_that_leaves_waits_for_none(self) -> None:
        end = JobEnd()
        end.end("leaving")
        with pytest.raises(WorkerUnhealthy):
            check_webhook("https://files.example/", SIGNING, end)
        with pytest.raises(NotTold):
            call_webhook("https://files.example/", "id", b"{}", SIGNING, end.limit("it was told", 10))
