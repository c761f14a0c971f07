"""The server under the browser: a client that goes leaves nothing open behind it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from tests.support.serving import ClosingHandler, remembering

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WAIT_SECONDS = 10
AT_ONCE = struct.pack("ii", 1, 0)  # closing resets the connection instead of ending it


class File:
    """An answer whose last part is sent before the client goes, and which ends after that."""

    def __init__(self) -> None:
        self.client_gone = threading.Event()
        self.closed = threading.Event()
        self.closings = 0

    def __iter__(self) -> Iterator[bytes]:
        yield b"the file"
        assert self.client_gone.wait(WAIT_SECONDS)

    def close(self) -> None:
        self.closings += 1
        self.closed.set()


@pytest.fixture
def file() -> File:
    return File()


@pytest.fixture
def port(file: File) -> Iterator[int]:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> File:
        start_response("200 OK", [("Content-Length", "8")])
        return file

    server = make_server("127.0.0.1", 0, remembering(app), True, request_handler=ClosingHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


def ask(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS)
    client.sendall(b"GET / HTTP/1.0\r\n\r\n")
    answer = b""
    while not answer.endswith(b"the file"):
        answer += client.recv(1000)
    return client


def test_what_a_client_resets_is_closed(port: int, file: File) -> None:
    client = ask(port)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    client.close()
    file.client_gone.set()
    assert file.closed.wait(WAIT_SECONDS)


def test_what_a_client_reads_to_the_end_is_closed_once(port: int, file: File) -> None:
    with ask(port) as client:
        file.client_gone.set()
        assert client.recv(1000) == b""
    assert file.closings == 1
