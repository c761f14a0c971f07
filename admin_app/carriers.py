"""Who takes letters away: a mail server, or a folder while developing."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from uuid import uuid4

TIMEOUT_SECONDS: Final = 10
PORTS: Final = {"smtp": 587, "smtps": 465}


class BadMailUrl(ValueError):
    """A setting by which no letter can be sent; its text never repeats the setting."""


class Carrier(Protocol):
    """Takes a letter away."""

    @property
    def sender(self) -> str:
        """The address that letters come from."""

    def carry(self, message: EmailMessage) -> None:
        """Send a message.

        :raises OSError: when it cannot be delivered; SMTP's own errors are such too.
        """


@dataclass(frozen=True, repr=False)
class Smtp:
    """A mail server; ``smtps`` is encrypted from the start, ``smtp`` as soon as the server can.

    A password never goes unencrypted.
    """

    host: str
    port: int
    user: str
    password: str
    sender: str
    is_tls: bool

    def carry(self, message: EmailMessage) -> None:
        with self._connect() as server:
            if not self.is_tls and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif self.user and not self.is_tls:
                raise smtplib.SMTPNotSupportedError("the server offers no encryption")
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        if self.is_tls:
            secure = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=secure)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        return server


@dataclass(frozen=True)
class Folder:
    """A folder that gets one file a letter: to read while developing, and for tests."""

    path: Path
    sender: str

    def carry(self, message: EmailMessage) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self.path / f"{uuid4().hex}.eml"
        file.touch(mode=0o600)
        file.write_bytes(bytes(message))


def carrier_of(url: str, instance: Path) -> Carrier | None:
    """Return who carries letters by a setting; None for the empty one, by which nothing is sent.

    ``smtp://user:password@host:587?from=office@example.cn``, ``smtps://…``, or ``file:outbox``, a
    folder (inside the instance, unless it begins with ``/``).

    :raises BadMailUrl: saying what is wrong, not what was set.
    """
    if not url:
        return None
    parts = urlsplit(url)
    sender = parse_qs(parts.query).get("from", [""])[0]
    if parts.scheme == "file":
        return Folder(instance / (parts.path or "outbox"), sender or "panel@localhost")
    if parts.scheme not in PORTS:
        raise BadMailUrl("it must begin with smtp://, smtps:// or file:")
    return _smtp(parts, sender)


def _smtp(parts: SplitResult, sender: str) -> Smtp:
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise BadMailUrl("its port is no number") from None
    if not parts.hostname:
        raise BadMailUrl("it names no host")
    if "@" not in sender:
        raise BadMailUrl("it must end with ?from= and the sender's address")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(parts.hostname, port, user, password, sender, parts.scheme == "smtps")
