"""Makes an app: configuration, extensions, hooks and pages, in the order in which they must run."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, redirect, send_from_directory
from sqlalchemy import text

from admin_app import (
    admin,
    admission,
    cli,
    compression,
    config,
    errors,
    forgotten,
    i18n,
    jobs,
    kept_forms,
    log_masks,
    login,
    mail,
    production,
    refusals,
    security,
)
from admin_app.extensions import bootstrap, csrf, db, init_database, login_manager
from views.base.typeface import family_rule, paper_face

#: So many new objects and the collector looks for circles among them.
YOUNG_OBJECTS = 20_000


def create_app(overrides: Mapping[str, object] | None = None) -> Flask:
    """Return an app. ``overrides`` name settings without their prefix and win over the environment.

    :raises admin_app.config.BadSetting: when it must not start with these settings.
    """
    settings = config.load(overrides)
    app = Flask(__name__, instance_path=settings["INSTANCE"])
    app.config.update(settings)
    Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    log_masks.init_app(app)
    security.init_app(app)
    compression.init_app(app)
    i18n.init_app(app)
    errors.init_app(app)
    init_database(app)
    production.refuse_demo_data(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    bootstrap.init_app(app)
    mail.init_app(app)
    admission.init_app(app)
    login.init_app(app)
    kept_forms.init_app(app)
    forgotten.init_app(app)
    refusals.init_app(app)
    admin.init_app(app)
    jobs.init_app(app)
    cli.init_app(app)
    _add_pages(app)
    if app.config["ENV"] != "testing":
        _settle()
    return app


def _settle() -> None:
    """Spare the collector what stands when an app is made: it lives as long as the process. A page
    makes some thousand objects, few of them in circles, so that looking after each is too often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _add_pages(app: Flask) -> None:
    app.add_url_rule("/", "start", lambda: redirect("/admin/"))
    app.add_url_rule("/healthz", "healthz", _healthz)
    app.add_url_rule("/favicon.ico", "favicon", _favicon)
    app.add_url_rule("/paper-face.css", "paper_face", _paper_face)


def _healthz() -> Response:
    """Answer ``ok`` while the database answers."""
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


def _favicon() -> Response:
    return send_from_directory(
        Path(__file__).parent / "static", "favicon.svg", mimetype="image/svg+xml"
    )


def _paper_face() -> Response:
    """Answer the style that sets papers in this installation's face; the page asks for the same
    family as the PDF.
    """
    face = paper_face()
    return Response(family_rule(face) if face else "", mimetype="text/css")
