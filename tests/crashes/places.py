"""Where warehouses of a given content are made, one after the other: a folder, a prefix of a bucket."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import boto3

from nabra.tasks.warehouse import bucket, files
from tests.crashes.watch import Contents, Watch, WatchedBucket, WatchedFolder


class Place(Protocol):
    """Where warehouses of a given content are made, one after the other; `settings` say how it is reached."""

    settings: str

    def put(self, contents: Contents) -> str:
        """A warehouse with just these files; its address."""

    def contents(self) -> dict[str, bytes]:
        """What lies there now."""

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        """Tell the watch what is done with files."""


@dataclass
class FolderPlace:
    folder: Path
    settings: str = ""

    def put(self, contents: Contents) -> str:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name, content in contents.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return str(self.folder)

    def contents(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        with patch.object(files, "Folder", type("Watched", (WatchedFolder,), {"watch": watch})):
            yield


def bucket_place(address: str, folder: Path) -> BucketPlace:
    """A warehouse on a test server, and in its folder the settings that say so."""
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    return BucketPlace(client, folder.name, f'[store]\ns3_endpoint = "{address}"\ns3_region = "us-east-1"\n')


@dataclass
class BucketPlace:
    """Below `prefix` of the bucket `news` on a test server."""

    client: Any
    prefix: str
    settings: str

    def put(self, contents: Contents) -> str:
        for name in self.contents():
            self.client.delete_object(Bucket="news", Key=f"{self.prefix}/{name}")
        for name, content in contents.items():
            self.client.put_object(Bucket="news", Key=f"{self.prefix}/{name}", Body=content)
        return f"s3://news/{self.prefix}"

    def contents(self) -> dict[str, bytes]:
        listed = self.client.list_objects_v2(Bucket="news", Prefix=f"{self.prefix}/").get("Contents", [])
        keys = [each["Key"] for each in listed]
        bodies = {key: self.client.get_object(Bucket="news", Key=key)["Body"].read() for key in keys}
        return {key.removeprefix(f"{self.prefix}/"): body for key, body in bodies.items()}

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        with patch.object(bucket, "Bucket", type("Watched", (WatchedBucket,), {"watch": watch})):
            yield
