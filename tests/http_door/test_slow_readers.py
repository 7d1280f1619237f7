"""Callers that do not read their answer: the connection ends after a time, though its answer was not taken."""

from __future__ import annotations

import asyncio
import socket
from functools import partial

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from extractor.doors.http_connection import Connection
from extractor.settings import Settings

MORE_THAN_IS_HELD = 64 << 20
READ_TIMEOUT_S = 1.0


async def large_answer(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(MORE_THAN_IS_HELD)})


async def ends(request: bytes, held: int) -> None:
    """Returns when the server has ended the connection of a caller that sent this and reads nothing. `held`: bytes
    that the server holds for it before it waits. Raises `TimeoutError`."""
    loop, state = asyncio.get_running_loop(), ServerState()
    settings = Settings(http_body_timeout_s=READ_TIMEOUT_S)
    config = uvicorn.Config(
        large_answer,
        http=partial(Connection, settings=settings),  # type: ignore[arg-type]  # only ever called
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
        await loop.sock_connect(caller, server.sockets[0].getsockname())
        async with asyncio.timeout(60):
            while not state.connections:
                await asyncio.sleep(0.01)
            (served,) = state.connections
            served.transport.set_write_buffer_limits(held)
            await loop.sock_sendall(caller, request)
            while state.connections:
                await asyncio.sleep(0.01)
    server.close()


@pytest.mark.parametrize("held", [64 << 10, 2 * MORE_THAN_IS_HELD], ids=["waits", "all-is-held"])
@pytest.mark.parametrize("headers", [b"", b"Connection: close\r\n"], ids=["kept-alive", "closed"])
def test_connection_ends(headers: bytes, held: int) -> None:
    asyncio.run(ends(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n", held))
