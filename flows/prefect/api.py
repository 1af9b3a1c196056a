"""The address of a Prefect API: fit to be shown, of this machine or not, open to everybody or not."""

from __future__ import annotations

import ipaddress
import re
import threading
from typing import Final

import httpx2

OPEN: Final = (
    "anybody who reaches {} may start runs there and read what they tell; set PREFECT_SERVER_API_AUTH_STRING for the "
    "server, and the same as PREFECT_API_AUTH_STRING for nabra (docs/operations.md)"
)
ANSWER_SECONDS: Final = 5.0
USERINFO: Final = re.compile(r"(?<=://)[^\s/?#]*@")
# Prefect answers to it as soon as it lets somebody in, and has no other use for it than to tell its version.
LOCKED_UP: Final = "/admin/version"


def redacted(text: str) -> str:
    """The text without user names and passwords in the addresses that it names."""
    return USERINFO.sub("", text)


def is_local(address: str) -> bool:
    """Whether the address is one of this machine, to which no proxy leads."""
    host = httpx2.URL(address).host
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_open(address: str) -> bool:
    """Whether the API there lets in who has no credential; not, where nobody answers within five seconds."""
    answers: list[int] = []
    asking = threading.Thread(target=_ask, args=(address, answers), daemon=True)
    asking.start()
    asking.join(ANSWER_SECONDS)
    return answers == [httpx2.codes.OK]


def _ask(address: str, answers: list[int]) -> None:
    try:
        url = httpx2.URL(address.rstrip("/") + LOCKED_UP).copy_with(userinfo=b"")
        with httpx2.Client(timeout=ANSWER_SECONDS, trust_env=not is_local(address)) as client:
            answers.append(client.get(url).status_code)
    except (httpx2.HTTPError, httpx2.InvalidURL, ImportError, ValueError):
        return
