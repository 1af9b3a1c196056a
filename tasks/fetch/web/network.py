"""The network below HTTP: names are resolved here, and only addresses of the public internet are connected to."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterable
from typing import Any, Final

import httpcore2
import httpx2

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.web.deadline import Deadline

# RFC 6052: the IPv6 addresses by which a network without IPv4 reaches IPv4 hosts.
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """True if an IP address belongs to the public internet, and not to this machine, its network or its cloud."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        # Any IPv4 address can be written as IPv6: what counts is where the packets end.
        embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else ip.ipv4_mapped or ip.sixtofour
        ip = embedded or ip
    # Python calls multicast, some reserved ranges and IPv6's abandoned private one global.
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class PublicNetwork(httpcore2.NetworkBackend):
    """Connects to the very addresses that it has checked: a name that resolves otherwise a moment later gains nothing.

    `allow_hosts` names hosts (`host` or `host:port`) that are connected to wherever they are. Nothing takes longer than
    the deadline.
    """

    def __init__(self, allow_hosts: Collection[str], deadline: Deadline) -> None:
        self._allowed = frozenset(host.lower() for host in allow_hosts)
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first address of the host that answers.

        Raises DocumentError `refused` where one of them is not public, httpcore2's errors where none answers.
        """
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _shorter(timeout, self._deadline), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} is not found: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        shown = f"[{host}]" if ":" in host else host
        if not self._allowed & {shown.lower(), f"{shown}:{port}".lower()}:
            for address in addresses:
                if not is_public(address):
                    raise DocumentError(
                        "refused",
                        f"{shown} is at {address}, which is not on the public internet; "
                        f'if nabra shall fetch there, set fetch.allow_hosts = ["{shown}:{port}"]',
                    )
        return addresses


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every step ends at the deadline: servers that drip single bytes cannot draw it out."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _shorter(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _shorter(timeout, self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _shorter(timeout, self._deadline))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _shorter(timeout: float | None, deadline: Deadline) -> float:
    left = deadline.left()
    return left if timeout is None else min(timeout, left)


class PublicTransport(httpx2.HTTPTransport):
    """httpx2's transport over `PublicNetwork`. It uses no proxy: a proxy would resolve the names out of sight."""

    def __init__(self, network: PublicNetwork, certificates: ssl.SSLContext) -> None:
        super().__init__(verify=certificates)
        # httpx2 has no parameter for it, httpcore2 has.
        self._pool = httpcore2.ConnectionPool(ssl_context=certificates, network_backend=network)
