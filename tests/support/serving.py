"""The server of the browser tests, which closes what it answers with, whatever the client does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from typing_extensions import override
from werkzeug.serving import WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANSWER = "tests.answer"


class Answer:
    """What an application answers with; closing it twice closes it once."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts
        self._close: Callable[[], object] | None = getattr(parts, "close", None)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        """Let go of the file or the connection behind it."""
        close, self._close = self._close, None
        if close is not None:
            close()


def remembering(app: WSGIApplication) -> WSGIApplication:
    """Return an application that leaves its answer where :class:`ClosingHandler` finds it."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[ANSWER] = Answer(app(environ, start_response))
        return environ[ANSWER]  # type: ignore[no-any-return]  # the environment holds anything

    return answer


class ClosingHandler(WSGIRequestHandler):
    """Close the answer when the client has gone.

    Werkzeug reads what the client may still have sent before it closes the answer; where the client
    has reset the connection that read raises, and the file stays open until it is collected, in the
    middle of some later test.
    """

    @override
    def connection_dropped(
        self, error: BaseException, environ: WSGIEnvironment | None = None
    ) -> None:
        if environ is not None and ANSWER in environ:
            environ[ANSWER].close()
