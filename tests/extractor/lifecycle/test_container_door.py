"""Which door a container opens by its own command: one test for each way that its environment can be."""

from __future__ import annotations

import pytest

from extractor.lifecycle.container_door import ContainerDoor, chosen_door
from extractor.settings import Settings

ON_RUNPOD = {"RUNPOD_WEBHOOK_GET_JOB": "https://example.com/job-take"}
KEY = {"ZOPILOT_GPU_API_KEY": "a secret"}


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch):
    """The door for an environment that has these variables."""
    for name in (*ON_RUNPOD, *KEY, "BIND_ADDRESS"):
        monkeypatch.delenv(name, raising=False)

    def choose(**environment: str) -> ContainerDoor:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return chosen_door(Settings(), environment)

    return choose


def test_runpods_queue_where_runpod_started_it(chosen) -> None:
    door = chosen(**ON_RUNPOD)
    assert (door.name, door.bind_address, door.advice) == ("runpod", "", ())


def test_runpods_queue_goes_before_a_key(chosen) -> None:
    assert chosen(**ON_RUNPOD, **KEY, BIND_ADDRESS="127.0.0.1").name == "runpod"


def test_http_on_every_address_with_a_key(chosen) -> None:
    door = chosen(**KEY)
    assert (door.name, door.bind_address, door.advice) == ("http", "0.0.0.0", ())


@pytest.mark.parametrize("address", ["127.0.0.1", "::", "10.1.2.3"])
def test_address_that_is_set_wins(address: str, chosen) -> None:
    door = chosen(**KEY, BIND_ADDRESS=address)
    assert (door.name, door.bind_address) == ("http", address)


@pytest.mark.parametrize("empty", [{}, {"ZOPILOT_GPU_API_KEY": ""}, {"BIND_ADDRESS": "0.0.0.0"}])
def test_test_input_and_two_lines_of_advice_with_neither(empty: dict[str, str], chosen) -> None:
    door = chosen(**empty)
    assert (door.name, door.bind_address) == ("test_input", "")
    first, second = door.advice
    assert "ZOPILOT_GPU_API_KEY" in first
    assert "RUNPOD_WEBHOOK_GET_JOB" in second


def test_empty_address_is_none(chosen) -> None:
    assert chosen(**KEY, BIND_ADDRESS="").bind_address == "0.0.0.0"


def test_it_says_itself_in_one_line_without_the_key(chosen) -> None:
    said = str(chosen(**KEY))
    assert said == "door=http on 0.0.0.0, because ZOPILOT_GPU_API_KEY is set"
