"""Attachments in a bucket that speaks S3: `s3://key:secret@host[:port]/bucket[?tls=off&region=…]`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore
from typing import IO, BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from services.onboarding.files.storage import PIECE, NotThere, StorageAway

#: The client holds one such part of each upload in memory; S3 knows no smaller ones.
PART = 5 * 1024 * 1024
AT_ONCE = 2
MISSING = {"NoSuchKey", "NoSuchObject"}


class Bucket:
    """One bucket. What was put is there whole or not at all: that is what S3 promises of an object."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        self.name = parts.path.strip("/")
        self.host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
        patience = urllib3.Timeout(connect=5, read=30)
        self.client = Minio(
            self.host,
            access_key=unquote(parts.username or ""),
            secret_key=unquote(parts.password or ""),
            secure=asked.get("tls", ["on"])[0] != "off",
            region=asked.get("region", ["us-east-1"])[0],
            http_client=urllib3.PoolManager(timeout=patience, retries=urllib3.Retry(1, backoff_factor=0.2)),
        )
        self.putting = BoundedSemaphore(AT_ONCE)

    def put(self, place: str, file: IO[bytes], size: int) -> None:
        with self.putting, self._asking():
            self.client.put_object(
                self.name, place, cast("BinaryIO", file), size, part_size=PART, num_parallel_uploads=1
            )

    def read(self, place: str) -> Iterator[bytes]:
        with self._asking():
            response = self.client.get_object(self.name, place)
        return self._pieces(response)

    def delete(self, place: str) -> None:
        with self._asking(), suppress(NotThere):
            self.client.remove_object(self.name, place)

    def older_than(self, age: timedelta) -> Iterator[str]:
        before = datetime.now(UTC) - age
        with self._asking():
            for one in self.client.list_objects(self.name):
                if one.object_name and one.last_modified and one.last_modified < before:
                    yield one.object_name

    def check(self) -> None:
        with self._asking():
            if not self.client.bucket_exists(self.name):
                raise StorageAway(f"there is no bucket {self.name} at {self.host}")

    def _pieces(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        try:
            with self._asking():
                yield from response.stream(PIECE)
        finally:
            response.close()
            response.release_conn()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            kind = NotThere if error.code in MISSING else StorageAway
            raise kind(f"{self.host}: {error.code}") from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise StorageAway(f"{self.host}: {type(error).__name__}") from error
