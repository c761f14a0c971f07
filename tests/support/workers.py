"""Job workers in processes of their own, to be killed: forked from one that has loaded the app."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

KEY = "a key for tests only"


class Nursery:
    """Starts workers: each is a fork of the process that this one talks to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def start(self) -> int:
        """Start a worker; return its process number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def kill(worker: int) -> None:
    """Kill a worker as a power cut would."""
    os.kill(worker, signal.SIGKILL)


@contextmanager
def nursery(database: str, instance: str) -> Iterator[Nursery]:
    """Load the app over a database in another process, and let it start workers."""
    settings = {"ENV": "testing", "SECRET_KEY": KEY, "INSTANCE": instance, "DATABASE_URL": database}
    environ = os.environ | {f"ADMIN_APP_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "tests.support.workers"]
    with subprocess.Popen(
        command,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


def _serve() -> None:
    """Fork a worker for each line that comes in; a worker dies with this process."""
    from admin_app import create_app

    app = create_app()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            app.test_cli_runner().invoke(args=["jobs", "run", "--workers", "1"])
            os._exit(0)
        print(child, flush=True)  # noqa: T201 -- the protocol


if __name__ == "__main__":
    _serve()
