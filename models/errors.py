"""The small hierarchy of refusals. A message says what was refused, why, and what to do next."""

from __future__ import annotations

from models.text import Message


class Refusal(Exception):
    """A request that the rules refuse. ``status`` is the HTTP answer that fits it."""

    status = 400

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class BadInput(Refusal):
    """A value that cannot be read or is not allowed; ``field`` names the column or input."""

    status = 400

    def __init__(self, message: Message, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Forbidden(Refusal):
    """The role acted as lacks the right, which is ``permission`` where it is a single one."""

    status = 403

    def __init__(self, message: Message, permission: str | None = None) -> None:
        super().__init__(message)
        self.permission = permission


class NotFound(Refusal):
    """There is no such record in the actor's scope; another office's record reads the same."""

    status = 404


class Conflict(Refusal):
    """The record or batch has moved on since it was read."""

    status = 409


class ScopeBreach(Refusal):
    """A write outside the actor's own organisation or site."""

    status = 403


class UnscopedStatement(RuntimeError):
    """A programming error: a statement reaches a scoped table past its mapped class."""
