"""A throw-away PostgreSQL cluster: made when the first test asks, reached by a socket only,
gone at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    " -c max_connections=60 -c shared_buffers=64MB -c autovacuum=off -c max_wal_size=1GB"
)
MISSING = "The tests need PostgreSQL (initdb under /usr/lib/postgresql/): run .ci/services"


def find_binaries() -> Path:
    """Return the folder of the newest installed PostgreSQL.

    :raises RuntimeError: saying what to install.
    """
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError(MISSING)
    return Path(on_path).parent


class Cluster:
    """One cluster in a folder of its own, owned by ``postgres`` when root runs the tests: the
    server refuses root.
    """

    def __init__(self, options: str = OPTIONS) -> None:
        self.options = options
        self.binaries = find_binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="panel-pg-"))
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        tool = [*self.as_user, str(self.binaries / command[0]), *command[1:]]
        return subprocess.run(
            tool, cwd="/", capture_output=True, text=True, check=False, timeout=120
        )

    def start(self) -> None:
        """Make and start the cluster; a second try, since a stale ``postmaster.pid`` can spoil
        the first.
        """
        if self.as_user:
            shutil.chown(self.folder, "postgres")
        data = str(self.folder / "data")
        made = self._run(
            "initdb", "-D", data, "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres",
            "-A", "trust", "--no-sync", "--no-instructions",
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        log = str(self.folder / "log")
        options = f"{self.options} -k {self.folder}"
        for _attempt in range(2):
            started = self._run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
            if started.returncode == 0:
                return
        raise RuntimeError(f"PostgreSQL does not start: {started.stderr}{started.stdout}")

    def stop(self) -> None:
        """Stop the server and remove every trace of it."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """Return the address of a database of this cluster."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"
