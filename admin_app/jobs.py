"""The job worker: large batches, carried out beside the web (huey on SQLite, or on Redis).

What waits stands in the ledger; the queue only brings word of it. So a job that the queue loses,
because a worker was killed, is found by the next look at the ledger (:meth:`Jobs.sweep`), and one
that it brings twice finds nothing to do.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, Final

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey
from huey.exceptions import HueyException
from huey.serializer import SignedSerializer
from redis.exceptions import RedisError

from admin_app import batch_job
from admin_app.extensions import short_reading
from models import clock
from models.base.actor import system_actor
from models.batch.queueing import waiting
from models.workflow.run import STEPS

QUEUE: Final = "panel"
FILE: Final = "jobs.sqlite3"
TASK: Final = "carry_out_batch"
#: After how long without a sign of life a worker of another machine counts as dead.
SILENCE_SECONDS: Final = 30
_ALIVE: Final = "worker"
OUT_OF_REACH: Final = (HueyException, RedisError, sqlite3.Error, OSError)


def init_app(app: Flask) -> None:
    """Give the app its jobs; the queue is opened by the first who needs it."""
    app.extensions["jobs"] = Jobs(app)


class Jobs:
    """The queue of an app, and the board on which workers write how far they are."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._steps: dict[int, tuple[str, int]] = {}  # of the batches that this process carries out
        #: Held while steps and board change together: what ended must not be told of once more.
        self._board = Lock()

    @cached_property
    def huey(self) -> Huey:
        """The queue. What it holds is signed: nobody else's pickles are opened."""
        config = self.app.config
        serializer = SignedSerializer(secret=config["SECRET_KEY"], salt=QUEUE)
        if config["REDIS_URL"]:
            return RedisHuey(QUEUE, url=config["REDIS_URL"], serializer=serializer)
        file = Path(config["INSTANCE"]) / FILE
        return SqliteHuey(QUEUE, filename=str(file), serializer=serializer, results=False)

    @cached_property
    def _task(self) -> Any:
        return self.huey.task(name=TASK)(self._work)

    def send(self, batch_id: int) -> None:
        """Bring word of a batch that waits in the ledger. A queue out of reach is no failure:
        workers look at the ledger too.
        """
        try:
            self._task(batch_id)
        except OUT_OF_REACH as error:
            self.app.logger.warning("the job queue cannot be reached: %s", type(error).__name__)

    def progress(self, batch_id: int) -> dict[str, Any]:
        """Return how far a batch is: ``step`` and ``percent``; empty while nobody works on it."""
        told = self._look(_key(batch_id))
        return told if told and self._lives(told) else {}

    def has_worker(self) -> bool:
        """Say whether a worker has shown itself of late."""
        told = self._look(_ALIVE)
        return told is not None and self._lives(told)

    def prepare(self) -> Huey:
        """Return the queue with its task, for a worker to serve."""
        assert self._task  # noqa: S101 -- registers it
        return self.huey

    def show_life(self) -> None:
        """Let others see that this worker lives, and still works on what it began."""
        self._write(_ALIVE, {})
        for batch_id in list(self._steps):
            with self._board:
                if batch_id in self._steps:
                    self._write_steps(batch_id)

    def sweep(self) -> list[int]:
        """Send what waits in the ledger and neither queue nor worker has; return the ids."""
        with self.app.app_context(), short_reading(system_actor("jobs")) as session:
            known = set(waiting(session))
        queued = {task.args[0] for task in self.huey.pending()}
        lost = sorted(id_ for id_ in known - queued if not self._is_at_work(id_))
        for batch_id in lost:
            self.send(batch_id)
        return lost

    def _work(self, batch_id: int) -> None:
        if self._is_at_work(batch_id):  # word came twice, and somebody is at it
            return
        self._tell(batch_id, next(iter(STEPS)))
        try:
            with self.app.app_context():
                batch_job.carry_out(batch_id, partial(self._tell, batch_id))
        finally:
            self._forget(batch_id)

    def _forget(self, batch_id: int) -> None:
        with self._board:
            del self._steps[batch_id]
            self.huey.delete(_key(batch_id))

    def _is_at_work(self, batch_id: int) -> bool:
        told = self._read(_key(batch_id))
        return told is not None and self._lives(told)

    def _tell(self, batch_id: int, step: str, percent: int | None = None) -> None:
        with self._board:
            self._steps[batch_id] = step, STEPS[step] if percent is None else percent
            self._write_steps(batch_id)

    def _write_steps(self, batch_id: int) -> None:
        step, percent = self._steps[batch_id]
        self._write(_key(batch_id), {"step": step, "percent": percent})

    def _write(self, key: str, told: dict[str, Any]) -> None:
        mark = {"host": socket.gethostname(), "pid": os.getpid(), "at": clock.now().timestamp()}
        self.huey.put(key, told | mark)

    def _look(self, key: str) -> dict[str, Any] | None:
        """Read the board for a page; a board out of reach says nothing."""
        try:
            return self._read(key)
        except OUT_OF_REACH:
            return None

    def _read(self, key: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.huey.get(key, peek=True)
        return found

    def _lives(self, told: dict[str, Any]) -> bool:
        """Judge a sign of life by its age, and where it is of this machine by the process too."""
        is_fresh = bool(clock.now().timestamp() - told["at"] < SILENCE_SECONDS)
        is_here = told["host"] == socket.gethostname()
        return is_fresh and not (is_here and not Path(f"/proc/{told['pid']}").exists())


def _key(batch_id: int | None) -> str:
    return f"batch:{batch_id}"
