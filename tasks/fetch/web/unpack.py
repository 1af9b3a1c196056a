"""Unpacking what comes compressed, with a bound on what it unpacks to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from nabra.tasks.errors import DocumentError

GZIP_START: Final = b"\x1f\x8b"
# zlib's window bits: 32 more for "gzip or zlib, whichever it is", negative for deflate without a header.
EITHER_HEADER: Final = 32 + zlib.MAX_WBITS
NO_HEADER: Final = -zlib.MAX_WBITS
PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
# What nabra does not ask for, and cannot unpack within bounds.
FOREIGN: Final = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
# A small body is harmless however well it packs, and templates pack very well.
FREE_BYTES: Final = 1_000_000
STEP_BYTES: Final = 65_536


def is_packed(content_encoding: str | None) -> bool:
    """True if a body of this Content-Encoding is to be unpacked; what is no packing, such as `utf-8`, says nothing.

    Raises DocumentError `unreadable`.
    """
    named = {part.strip().strip("\"'").lower() for part in (content_encoding or "").split(",")}
    if foreign := named & FOREIGN:
        raise DocumentError("unreadable", f"packed as {', '.join(sorted(foreign))}, which nabra did not ask for")
    return bool(named & PACKED)


@dataclass(frozen=True)
class Bounds:
    """How many bytes a payload may have, packed and unpacked, and how many unpacked bytes may come of one."""

    max_bytes: int
    max_ratio: float

    def check(self, received: int, unpacked: int) -> None:
        """Raises DocumentError `too_large`."""
        if max(received, unpacked) > self.max_bytes:
            raise DocumentError("too_large", f"more than {self.max_bytes} bytes, see fetch.max_payload_bytes")
        self.check_ratio(received, unpacked)

    def check_ratio(self, received: int, unpacked: int) -> None:
        """The same for how well it packs alone, of what may be of any size."""
        if unpacked > FREE_BYTES and unpacked > received * self.max_ratio:
            raise DocumentError(
                "too_large", f"unpacks to more than {self.max_ratio:g} times its size, see fetch.max_unpack_ratio"
            )


def read_bounded(chunks: Iterable[bytes], *, packed: bool, bounds: Bounds) -> bytes:
    """The chunks as one, unpacked (gzip, zlib or bare deflate) where they are packed.

    Never holds much more than the bounds allow, whatever arrives. Raises DocumentError `too_large`, or `unreadable`
    where the data is not what it should be.
    """
    content = bytearray()
    received = 0

    def counted() -> Iterator[bytes]:
        nonlocal received
        for chunk in chunks:
            received += len(chunk)
            bounds.check(received, len(content))
            yield chunk

    for piece in _unpacked(counted()) if packed else counted():
        content += piece
        bounds.check(received, len(content))
    return bytes(content)


def read_start(chunks: Iterable[bytes], *, packed: bool, size: int) -> bytes:
    """The first `size` bytes, unpacked where they are packed; what follows is not read."""
    content = bytearray()
    for piece in _unpacked(chunks) if packed else chunks:
        content += piece
        if len(content) >= size:
            break
    return bytes(content[:size])


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decoder = None
    for chunk in chunks:
        rest = chunk
        # A gzip file may consist of several, one after the other; anything else after its end is padding.
        while rest and (decoder is None or not decoder.eof or rest.startswith(GZIP_START)):
            if decoder is None or decoder.eof:
                decoder = zlib.decompressobj(_window_bits(rest))
            try:
                yield decoder.decompress(rest, STEP_BYTES)
            except zlib.error as error:
                raise DocumentError("unreadable", f"the packed data is damaged: {error}") from error
            rest = decoder.unconsumed_tail or decoder.unused_data
    if decoder is not None:
        yield decoder.flush()
        if not decoder.eof:
            raise DocumentError("unreadable", "the packed data breaks off")


def _window_bits(start: bytes) -> int:
    """RFC 1950: the two bytes of a zlib header are a multiple of 31; servers that mean bare deflate send no header."""
    zlib_header = start[0] & 0x0F == zlib.DEFLATED and (len(start) == 1 or int.from_bytes(start[:2]) % 31 == 0)
    return EITHER_HEADER if zlib_header or start[0] == GZIP_START[0] else NO_HEADER
