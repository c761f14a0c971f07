"""What a production start refuses beyond bad settings."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import inspect, select

from admin_app.config import BadSetting
from admin_app.extensions import db, short_reading
from models.audit.tables import AuditLog
from models.base.actor import system_actor

#: The event that the demo seed leaves in the trail; the trail cannot be erased, so neither can
#: this.
DEMO_LOADED = "seed:demo:load"


def has_demo_data() -> bool:
    """Say whether the demo seed was ever loaded into this database."""
    if not inspect(db.engine).has_table(AuditLog.__tablename__):
        return False
    with short_reading(system_actor("start")) as session:
        loaded = select(AuditLog.id).where(AuditLog.event == DEMO_LOADED).limit(1)
        return session.scalar(loaded) is not None


def refuse_demo_data(app: Flask) -> None:
    """Refuse to serve real offices from a database with well-known passwords.

    :raises BadSetting: in production on a demo database.
    """
    if app.config["ENV"] != "production":
        return
    with app.app_context():
        found = has_demo_data()
        db.engine.dispose()  # the server's worker processes are forked after this
        if found:
            raise BadSetting(
                "This database holds demo data with well-known passwords."
                " Production needs a database of its own."
            )
