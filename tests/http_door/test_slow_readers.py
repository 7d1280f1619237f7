"""Callers that do not read their answer, and callers that go while more than one request of theirs is there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from extractor.doors.http_connection import Connection
from extractor.settings import Settings

MORE_THAN_IS_HELD = 64 << 20
READ_TIMEOUT_S = 1.0


async def large_answer(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(MORE_THAN_IS_HELD)})


@asynccontextmanager
async def connected(app: ASGIApp) -> AsyncIterator[tuple[socket.socket, ServerState]]:
    """A caller's connection to this application, and its server's state."""
    loop, state = asyncio.get_running_loop(), ServerState()
    config = uvicorn.Config(
        app,
        http=partial(Connection, settings=Settings(http_body_timeout_s=READ_TIMEOUT_S)),  # type: ignore[arg-type]
        timeout_keep_alive=1,
        log_config=None,
    )
    config.load()

    def connection() -> asyncio.Protocol:
        return config.http_protocol_class(config=config, server_state=state, app_state={})  # type: ignore[call-arg]

    server = await loop.create_server(connection, "127.0.0.1", 0)
    with socket.socket() as caller:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        caller.setblocking(False)
        async with asyncio.timeout(60):
            await loop.sock_connect(caller, server.sockets[0].getsockname())
            while not state.connections:
                await asyncio.sleep(0.01)
            yield caller, state
    server.close()


async def ends(request: bytes, held: int) -> None:
    """Returns when the server has ended the connection of a caller that sent this and reads nothing. `held`: bytes
    that the server holds for it before it waits. Raises `TimeoutError`."""
    async with connected(large_answer) as (caller, state):
        (served,) = state.connections
        served.transport.set_write_buffer_limits(held)
        await asyncio.get_running_loop().sock_sendall(caller, request)
        while state.connections:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("held", [64 << 10, 2 * MORE_THAN_IS_HELD], ids=["waits", "all-is-held"])
@pytest.mark.parametrize("headers", [b"", b"Connection: close\r\n"], ids=["kept-alive", "closed"])
def test_connection_ends(headers: bytes, held: int) -> None:
    asyncio.run(ends(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n", held))


def test_first_of_several_requests_is_told_that_its_caller_has_gone() -> None:
    async def is_told() -> None:
        begun, gone = asyncio.Event(), asyncio.Event()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            begun.set()
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()

        async with connected(app) as (caller, _):
            await asyncio.get_running_loop().sock_sendall(caller, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
            await begun.wait()
            await asyncio.sleep(0)
            caller.close()
            await gone.wait()

    asyncio.run(is_told())
