"""Ctrl-C and SIGTERM: a command gives back what it holds and ends, once, and in bounded time."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import typer

from nabra.flows.terminal.inert import InertConsole

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
STOPPED: Final = "nabra: stopped; what is done is kept, the next run goes on from there"
# For a server or a store that does not answer; else a few seconds are enough.
STOP_SECONDS: Final = 10.0


class Stopped(KeyboardInterrupt):
    """A signal asked the command to end; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def stopping() -> Iterator[None]:
    """The first SIGINT or SIGTERM within ends the block, then the command with 128 + its number; others do nothing.

    The block ends as by KeyboardInterrupt, with all its clean-up. Where that and what comes after it takes longer than
    `STOP_SECONDS`, the process ends at once.
    """
    handlers = {number: signal.signal(number, _stop) for number in SIGNALS}
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    # The number of a signal comes here also while Prefect handles it, or native code keeps the main thread.
    before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    ended = threading.Event()
    threading.Thread(target=_end_late, args=(receiver, ended), daemon=True).start()
    try:
        yield
    except Stopped as stopped:
        print(STOPPED, file=sys.stderr)
        raise typer.Exit(128 + stopped.number) from stopped
    except BaseException:
        _restore(handlers, ended)
        raise
    else:
        _restore(handlers, ended)
    finally:
        signal.set_wakeup_fd(before)
        sender.close()


def _stop(number: int, _: object) -> NoReturn:
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    raise Stopped(number)


def _restore(handlers: Mapping[signal.Signals, Any], ended: threading.Event) -> None:
    ended.set()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _end_late(receiver: socket.socket, ended: threading.Event) -> None:
    with receiver:
        while received := receiver.recv(1):
            if received[0] in SIGNALS and not ended.wait(STOP_SECONDS):
                InertConsole(stderr=True).show_cursor()  # which a progress bar hides
                print(STOPPED, file=sys.stderr, flush=True)
                os._exit(128 + received[0])
