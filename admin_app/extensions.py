"""The extensions, each made once and bound to an app by the factory; and the short sessions
beside the request's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, g
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf.csrf import CSRFProtect

from models.base.actor import Actor
from models.base.engine import attach, engine_options, reading, reading_engine, writing
from models.base.orm import Base
from models.base.session import (
    COUNT_CAP,
    IMPORT_LIMITS,
    KEY,
    MOST_ROWS,
    PASSWORD_PROFILES,
    STRICT,
    UNDO_HOURS,
    ActorSession,
)


class WebSession(FlaskSession, ActorSession):
    """The request's session: Flask-SQLAlchemy chooses the engine, the actor's scope holds."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        install(self)


def install(session: ActorSession) -> None:
    """Tell a session what this installation chose."""
    config = current_app.config
    session.info |= {
        STRICT: config["STRICT"],
        KEY: config["SECRET_KEY"],
        PASSWORD_PROFILES: config["PASSWORD_PROFILES"],
        UNDO_HOURS: config["UNDO_HOURS"],
        MOST_ROWS: config["BATCH_MOST_ROWS"],
        COUNT_CAP: config["COUNT_CAP"],
        IMPORT_LIMITS: config["IMPORT_LIMITS"],
    }


db = SQLAlchemy(
    metadata=Base.metadata, session_options={"class_": WebSession}, disable_autonaming=True
)
_READING = "reading_engine"
babel = Babel()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
login_manager = LoginManager()


def init_database(app: Flask) -> None:
    """Give the app its engine, set up like every engine of this project."""
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(app.config["DATABASE_URL"])
    db.init_app(app)
    with app.app_context():
        attach(db.engine)
        app.extensions[_READING] = reading_engine(db.engine)


@contextmanager
def short_session(actor: Actor) -> Iterator[ActorSession]:
    """Open a session of its own that commits at the end: for sign-in and what a GET may write
    (reading 7).

    The request's own session must not have begun: on SQLite two writers of one request would wait
    for each other.
    """
    token = writing.set(True)
    try:
        with ActorSession(bind=db.engine) as session:
            session.act_as(actor)
            install(session)
            yield session
            session.commit()
    finally:
        writing.reset(token)


@contextmanager
def short_reading(actor: Actor, *, by_statement: bool = False) -> Iterator[ActorSession]:
    """Open a session of its own that only reads; ``by_statement`` without a transaction, where the
    database can: for few and small statements.
    """
    engine = current_app.extensions[_READING] if by_statement else db.engine
    with reading(), ActorSession(bind=engine) as session:
        session.act_as(actor)
        install(session)
        yield session


def do_without_database() -> None:
    """Ask nothing of the database for the rest of this request: the page that says it is away is
    made without it.
    """
    g.does_without_database = True


def does_without_database() -> bool:
    """Say whether the database is known to be away in this request."""
    return bool(g.get("does_without_database"))


def in_production() -> bool:
    """Say whether the current app serves real offices."""
    return bool(current_app.config["ENV"] == "production")
