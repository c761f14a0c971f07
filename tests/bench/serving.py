"""Servers under load: gunicorn as `make run` starts it, wrk from outside, memory from /proc."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS, SECONDS, WARM_SECONDS = 8, 10, 2
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")


@dataclass(frozen=True)
class Server:
    """A running gunicorn: its address and the process that its workers are children of."""

    address: str
    pid: int

    def memory_bytes(self) -> int:
        """Return the largest resident memory of a worker."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max(_resident(int(child)) for child in children)


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


@contextmanager
def served(app: str, environ: Mapping[str, str]) -> Iterator[Server]:
    """Serve an app with two workers on a free port while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("gunicorn")), f"--bind=127.0.0.1:{port}",
        "--workers=2", "--threads=8", "--no-control-socket", "--log-level=warning", app,
    ]  # fmt: skip
    with subprocess.Popen(command, env={**os.environ, **environ}) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address)
            yield Server(address, process.pid)
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"{address}/admin/", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers at {address}")


def ask(asked: Sequence[tuple[str, Mapping[str, str]]], times: int) -> None:
    """Ask for addresses, each with its headers, one after the other and again, as many at once as
    there are threads in a worker.
    """
    requests = [urllib.request.Request(url, headers=dict(headers)) for url, headers in asked]

    def once(number: int) -> None:
        with urllib.request.urlopen(requests[number % len(requests)], timeout=60) as answer:
            answer.read()

    with ThreadPoolExecutor(CONNECTIONS) as askers:
        list(askers.map(once, range(times)))


def requests_per_second(url: str, headers: Mapping[str, str] | None = None) -> float:
    """Return how many times a second an address is answered, with 200 every time; one that is not
    answered at all meanwhile counts as answered once.
    """
    tool = shutil.which("wrk")
    if tool is None:
        raise RuntimeError("The bench needs wrk: apt-get install wrk")
    more = [f"-H{name}: {value}" for name, value in (headers or {}).items()]
    for seconds in (WARM_SECONDS, SECONDS):
        command = [tool, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=60s", *more, url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if _BAD.search(said):
        raise RuntimeError(f"{url} is not answered: {said}")
    found = _RATE.search(said)
    if found is None:
        raise RuntimeError(said)
    return max(float(found[1]), 1 / SECONDS)
