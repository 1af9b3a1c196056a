"""A call in a process of its own, which may die without taking its caller along."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

from nabra.tasks.errors import BatchError

T = TypeVar("T")
CONTEXT = multiprocessing.get_context("spawn")  # a process forked under threads hangs
# What kills its process does so twice; who kills one from outside hardly hits the next.
TRIES: Final = 2
LOOK_SECONDS: Final = 30.0


def call_alone(function: Callable[..., T], *arguments: Any, look: Callable[[], None] = lambda: None) -> T:
    """What `function`, called in a new process, returns or raises; BatchError if the process dies, and a second too.

    `look` is called now and then while it goes on.
    """
    for _ in range(TRIES):
        receiver, sender = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_call, args=(sender, function, arguments))
        process.start()
        sender.close()
        try:
            while not receiver.poll(LOOK_SECONDS):
                look()
            result, error = receiver.recv()
        except EOFError:
            process.join()
            continue
        finally:
            process.kill()
            process.join()
            receiver.close()
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]
    raise BatchError(f"its process died of {_cause(process.exitcode or 0)}")


def _call(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who ends this process
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        sender.send((function(*arguments), None))
    except Exception as error:  # noqa: BLE001 - raised again by the caller
        sender.send((None, error))


def _end_with_parent() -> None:
    """An orphan would work beside the run that comes next."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _cause(exitcode: int) -> str:
    """A negative exit code is the number of a signal."""
    return signal.Signals(-exitcode).name if exitcode < 0 else f"exit code {exitcode}"
