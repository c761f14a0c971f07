"""Steps that several people take at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable


def at_once(steps: list[Callable[[], None]]) -> list[BaseException]:
    """Run steps in threads that start together; return what they raised."""
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(steps))

    def run(step: Callable[[], None]) -> None:
        barrier.wait()
        try:
            step()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
