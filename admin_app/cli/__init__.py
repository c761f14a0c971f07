"""The command line: ``flask --app admin_app COMMAND``. Each module brings one group; a command
commits once.
"""

from __future__ import annotations

from flask import Flask

from admin_app.cli import audit, batch, certificates, db, export, jobs, seed, texts, transfer, user


def init_app(app: Flask) -> None:
    """Register every group."""
    for module in (audit, batch, certificates, db, export, jobs, seed, texts, transfer, user):
        module.init_app(app)
