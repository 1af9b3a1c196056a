"""The primitive operations of a warehouse on S3: each is one request, done or not.

pyarrow lists and reads. botocore writes, since it can set conditions, sends an object in one request that an error in
between leaves unsent, and finds the same credentials in the same places.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final

import botocore.session
import pyarrow as pa
import pyarrow.fs as pafs
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from nabra.config.settings import StoreSettings

# With exponential back-off between: a request fails when the store has not answered well for some 20 seconds.
S3_ATTEMPTS = 6
TIMEOUT_SECONDS: Final = 20
# More than that of an object to be written lies on the disk until it is sent.
SPOOLED_BYTES: Final = 64 << 20
# What a store answers where a condition does not hold, or two conditional writes have met.
REFUSALS: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409", "404"})
UNKNOWN: Final = frozenset({"NotImplemented", "InvalidArgument", "501"})


class Bucket:
    """The objects of S3, or of a store that speaks its language, by bucket/key."""

    def __init__(self, settings: StoreSettings) -> None:
        retries = pafs.AwsStandardS3RetryStrategy(max_attempts=S3_ATTEMPTS)
        address, region = _address(settings.s3_endpoint), settings.s3_region or None
        # Without the delay the opening of a stream is a request of its own.
        options = {"region": region, "retry_strategy": retries, "allow_delayed_open": True, **address}
        self.service = settings.s3_endpoint or "AWS"
        self.filesystem = pafs.S3FileSystem(**{name: value for name, value in options.items() if value is not None})
        self._client = _client(address, self.filesystem.region)

    def find(self, folder: str) -> list[pafs.FileInfo]:
        """All objects whose names begin with that of the folder."""
        found: list[pafs.FileInfo] = self.filesystem.get_file_info(
            pafs.FileSelector(folder, recursive=True, allow_not_found=True)
        )
        return found

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder; none where there is none."""
        found = self.filesystem.get_file_info(pafs.FileSelector(folder, allow_not_found=True))
        return [info.base_name for info in found if info.type == pafs.FileType.Directory]

    def present(self, paths: list[str]) -> list[bool]:
        """Which of these are there."""
        return [info.type == pafs.FileType.File for info in self.filesystem.get_file_info(paths)]

    def open(self, path: str) -> pa.NativeFile:
        """An object, to be read."""
        return self.filesystem.open_input_file(path)

    @contextmanager
    def publishing(self, path: str, temporary: str) -> Iterator[BinaryIO]:
        """A stream whose content is put when the block has ended well; what lies in a bucket needs no `temporary`."""
        with SpooledTemporaryFile(max_size=SPOOLED_BYTES) as file:
            yield file  # type: ignore[misc]
            file.seek(0)
            self.put(path, file)

    def put(self, path: str, content: object) -> None:
        """Put an object, bytes or a stream, replacing what was there."""
        with _as_os_errors():
            self._client.put_object(**_named(path), Body=content)

    def put_if(self, path: str, content: bytes, etag: str | None) -> str | None:
        """Put an object if what is there has this etag, or, without one, if nothing is there.

        Its own etag, or None if it was refused; NotImplementedError from a store that knows no conditions.
        """
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        with _as_os_errors():
            try:
                answer = self._client.put_object(**_named(path), Body=content, **condition)
            except ClientError as error:
                _require_refusal(error)
                return None
        put: str = answer["ETag"]
        return put

    def get(self, path: str) -> tuple[bytes, str] | None:
        """The content of an object and its etag; None if there is none."""
        with _as_os_errors():
            try:
                answer = self._client.get_object(**_named(path))
                return answer["Body"].read(), answer["ETag"]
            except self._client.exceptions.NoSuchKey:
                return None

    def delete(self, path: str) -> None:
        """Remove an object; nothing happens where there is none."""
        with _as_os_errors():
            self._client.delete_object(**_named(path))


def _address(endpoint: str) -> dict[str, str]:
    if not endpoint:
        return {}
    scheme, _, host = endpoint.rpartition("://")
    return {"endpoint_override": host, "scheme": scheme or "https"}


def _client(address: dict[str, str], region: str) -> Any:
    """A client that reaches the store as pyarrow does: under its path, with no proxy."""
    config = Config(
        retries={"total_max_attempts": S3_ATTEMPTS, "mode": "standard"},
        connect_timeout=TIMEOUT_SECONDS,
        read_timeout=TIMEOUT_SECONDS,
        proxies={},
        s3={"addressing_style": "path" if address else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    url = "{scheme}://{endpoint_override}".format(**address) if address else None
    return botocore.session.get_session().create_client("s3", region_name=region, endpoint_url=url, config=config)


def _named(path: str) -> dict[str, str]:
    bucket, _, key = path.partition("/")
    return {"Bucket": bucket, "Key": key}


def _require_refusal(error: ClientError) -> None:
    code = error.response["Error"]["Code"]
    if code in UNKNOWN:
        raise NotImplementedError(code) from error
    if code not in REFUSALS:
        raise error


@contextmanager
def _as_os_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
