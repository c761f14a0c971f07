"""``flask jobs``: the worker that carries large batches out."""

from __future__ import annotations

import threading

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from huey.consumer import Consumer

from admin_app.extensions import db
from admin_app.jobs import Jobs

group = AppGroup("jobs", short_help="Carry large batches out beside the web.")
LIFE_SECONDS = 5


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
@click.option("--workers", type=click.IntRange(1, 16), default=2, help="How many at once.")
@with_appcontext
def run(workers: int) -> None:
    """Serve the queue until it is told to stop (Ctrl-C ends after the batch at hand)."""
    jobs: Jobs = current_app.extensions["jobs"]
    stop = threading.Event()
    watch = threading.Thread(target=_watch, args=(jobs, stop), daemon=True)
    watch.start()
    consumer = Consumer(jobs.prepare(), workers=workers, periodic=False, max_delay=0.5)
    click.echo("The job worker is ready. Ctrl-C stops it.")
    try:
        consumer.run()
    finally:
        stop.set()
        watch.join()
        db.engine.dispose()


def _watch(jobs: Jobs, stop: threading.Event) -> None:
    """Show life, and look in the ledger for what a killed worker left; at once at first."""
    while True:
        try:
            jobs.show_life()
            jobs.sweep()
        except Exception:
            jobs.app.logger.exception("the job worker cannot look in the ledger")
        if stop.wait(LIFE_SECONDS):
            return
