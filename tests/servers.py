"""Servers in other processes: a port for one, and waiting for what it does."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import httpx2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(check: Callable[[], Any], seconds: float = 240) -> Any:
    """The first true value of `check`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            value = check()
        except httpx2.TransportError:
            value = None
        if value:
            return value
        time.sleep(0.25)
    raise AssertionError(f"not within {seconds} s: {check}")
