"""``make run``: sets up what is missing, says where the panel is and who may sign in, and
serves it with gunicorn.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask

from admin_app import catalogue, config
from admin_app.cli.seed import load_demo, load_reference
from admin_app.extensions import db
from models.migrations import schema

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
#: The accounts of the demo that a newcomer may try.
DEMO_ACCOUNTS = {
    "authority": "认定机构: plans, review, certificate numbers",
    "confirm": "确认点: confirmation of applications",
    "sysadmin": "资格中心: reference data, accounts",
    "viewer": "信息查询: looking only",
}
#: Method, path without its query, status, size, seconds: an address may hold what a log must not
#: (reading 6). The unit keeps a large size from being masked as a personal number.
LOG_FORMAT = '%(t)s %(h)s "%(m)s %(U)s" %(s)s %(B)sB %(L)ss'


#: The job worker's command line.
WORKER = [sys.executable, "-m", "flask", "--app", "admin_app", "jobs", "run"]
LOOK_SECONDS = 0.3
PATIENCE_SECONDS = 30


def write_settings(instance: Path) -> None:
    """Write ``settings.env`` once: a development office with a key of its own (reading 29).

    The database is left to its default inside the instance, so that the folder can be moved. Who
    names an environment has settings of his own.
    """
    file = instance / config.SETTINGS_FILE
    if file.exists() or f"{config.PREFIX}ENV" in os.environ:
        return
    instance.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Written by `make run`, read by server and command line. The environment wins over it.",
        f"{config.PREFIX}ENV=development",
        f"{config.PREFIX}SECRET_KEY={secrets.token_urlsafe(48)}",
        f"{config.PREFIX}DATABASE_URL=",
    ]
    file.touch(mode=0o600)
    file.write_text("\n".join(lines) + "\n", "utf-8")


def read_port() -> int:
    """Return the wanted port.

    :raises SystemExit: with a sentence, when it is no port or taken.
    """
    wanted = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted) < 65536):
        raise SystemExit(f"PORT={wanted} is not a port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(wanted)))
        except OSError:
            raise SystemExit(
                f"Port {wanted} is taken by another program. "
                f"Choose another: make run PORT={int(wanted) + 1}"
            ) from None
    return int(wanted)


def prepare(app: Flask) -> bool:
    """Migrate and fill the database; return whether it is a demo office."""
    with app.app_context():
        print("Preparing the database (a minute or two) ...", flush=True)  # noqa: T201 -- said to the person at the terminal
        schema.upgrade(db.engine)
        load_reference()
        is_demo = bool(app.config["ENV"] != "production")
        if is_demo:
            load_demo()
        db.engine.dispose()
    return is_demo


def greeting(port: int, is_demo: bool) -> str:
    """Return what a newcomer needs to know."""
    lines = ["", f"  The panel is at http://{HOST}:{port}"]
    if is_demo:
        from seed.demo.staff import DEMO_PASSWORD

        lines += [f"  Demo accounts, all with password {DEMO_PASSWORD}:"]
        lines += [f"    {name:<12} {what}" for name, what in DEMO_ACCOUNTS.items()]
    return "\n".join([*lines, "  Ctrl-C stops it.", ""])


def gunicorn_command(port: int) -> list[str]:
    """Return the server's command line."""
    return [
        str(Path(sys.executable).with_name("gunicorn")),
        f"--bind={HOST}:{port}",
        "--workers=2",
        "--threads=8",
        "--preload",
        "--graceful-timeout=10",
        "--no-control-socket",
        "--limit-request-line=8190",
        "--log-level=warning",
        "--access-logfile=-",
        f"--access-logformat={LOG_FORMAT}",
        "admin_app:create_app()",
    ]


def serve(*commands: list[str]) -> int:
    """Run the server and the job worker side by side until one of them ends; return its exit code.

    Ctrl-C reaches both by the terminal; whoever ends this program alone ends them too.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    running = [subprocess.Popen(command) for command in commands]  # noqa: S603 -- our own commands
    try:
        while all(process.poll() is None for process in running):
            time.sleep(LOOK_SECONDS)
        return next(code for process in running if (code := process.poll()) is not None)
    except KeyboardInterrupt:
        _wait_for(running)  # they were told by the terminal: told twice, they take longer
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # pressed again, it must not orphan them
        for process in running:
            if process.poll() is None:
                process.terminate()
        for process in running:
            process.wait()


def _wait_for(running: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while any(process.poll() is None for process in running) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)


def main() -> None:
    """Set up, greet, and become the server."""
    from admin_app import create_app

    os.chdir(config.ROOT)
    port = read_port()
    write_settings(config.instance_folder(config.read_environment(os.environ)))
    catalogue.compile_catalogue()
    try:
        app = create_app()
    except config.BadSetting as error:
        raise SystemExit(str(error)) from None
    is_demo = prepare(app)
    print(greeting(port, is_demo), flush=True)  # noqa: T201 -- said to the person at the terminal
    raise SystemExit(serve(gunicorn_command(port), WORKER))


if __name__ == "__main__":
    main()
