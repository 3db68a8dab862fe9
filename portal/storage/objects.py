"""Stored files in a bucket of an S3-compatible object storage. The objects are private: we set no access for others."""

import errno
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Final, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from portal.storage.ids import uuid7
from portal.storage.interface import StorageAway
from portal.storage.temporary import PREFIX, scratch_folder, scratch_room

_PIECE: Final = 1024 * 1024
_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 10  # with a second try, about as long as a lease
_TRIES: Final = 2
_MISSING: Final = ("NoSuchKey", "404")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a bucket is. endpoint: scheme, host and port; prefix: of every key, "" or with a slash at its end; key and
    secret: None for those that AWS's environment, files or machine give."""

    endpoint: str
    bucket: str
    prefix: str
    region: str
    key: str | None
    secret: str | None = field(repr=False)


def address_of(url: str) -> Address:
    """Read s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX]?region=REGION&tls=0, percent-encoded where needed.

    Raises ValueError, whose text says what is wrong and does not hold the secret.
    """
    parts = urlsplit(url)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    options = {"region": "us-east-1", "tls": "1", **dict(parse_qsl(parts.query))}
    if parts.scheme != "s3" or not parts.hostname or not bucket:
        raise ValueError("it must be s3://KEY:SECRET@HOST/BUCKET")
    if options.keys() != {"region", "tls"} or options["tls"] not in {"0", "1"}:
        raise ValueError("after its question mark it can have region=… and tls=0 or tls=1 alone")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("it must have both key and secret, or none of them")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise ValueError("its port must be a number") from None
    return Address(
        endpoint=f"{'https' if options['tls'] == '1' else 'http'}://{host}{port}",
        bucket=bucket,
        prefix=f"{prefix}/" if prefix else "",
        region=options["region"],
        key=unquote(parts.username) if parts.username else None,
        secret=unquote(parts.password) if parts.password else None,
    )


@cache
def bucket_of(url: str) -> "Bucket":
    """The bucket of an address, with connections that all threads of the process share."""
    return Bucket(address_of(url))


os.register_at_fork(after_in_child=bucket_of.cache_clear)  # processes never share connections


class Bucket:
    """A file is written in the scratch room, then uploaded with its SHA-256, which is compared when it is read."""

    def __init__(self, address: Address) -> None:
        import boto3
        from boto3.s3.transfer import TransferConfig
        from botocore.config import Config

        self._bucket, self._prefix = address.bucket, address.prefix
        self._transfer = TransferConfig(use_threads=False)  # `alive` is called in the caller's thread
        self._client = boto3.session.Session().client(
            "s3",
            endpoint_url=address.endpoint,
            region_name=address.region,
            aws_access_key_id=address.key,
            aws_secret_access_key=address.secret,
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": _TRIES},
                s3={"addressing_style": "path"},
                # Not every storage that speaks S3 knows AWS's own checksums; ours goes with each object.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _key(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{name}"}

    def partial(self, name: str, mark: str) -> Path:
        return scratch_room() / f"{PREFIX}{uuid7()}.partial"

    def place(self, path: Path, name: str, *, alive: Callable[[], object]) -> None:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                alive()
        with _told(name):
            self._client.upload_file(
                str(path),
                *self._key(name).values(),
                ExtraArgs={"Metadata": {"sha256": digest.hexdigest()}},
                Callback=lambda _: alive(),
                Config=self._transfer,
            )
        path.unlink()

    def open(self, name: str) -> BinaryIO:
        with _told(name):
            answer = self._client.get_object(**self._key(name))
        return cast("BinaryIO", io.BufferedReader(_Object(name, answer), _PIECE))

    @contextmanager
    def local_copy(self, name: str, *, alive: Callable[[], object]) -> Iterator[Path]:
        with scratch_folder() as folder:
            path = folder / PurePath(name).name
            with self.open(name) as source, path.open("xb") as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
                    alive()
            yield path

    def size(self, name: str) -> int:
        with _told(name):
            return int(self._client.head_object(**self._key(name))["ContentLength"])

    def remove(self, name: str) -> None:
        with _told(name):
            self._client.delete_object(**self._key(name))

    def remove_partials(self, name: str) -> None:
        """The scratch room clears itself up."""

    def remove_folder(self, name: str) -> None:
        with _told(name):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._prefix}{name}/"
            )
            for key in [found["Key"] for page in pages for found in page.get("Contents", ())]:
                self._client.delete_object(Bucket=self._bucket, Key=key)


class _Object(io.RawIOBase):
    """The content of an object as it comes. Its end fails when it is not what we uploaded."""

    def __init__(self, name: str, answer: dict[str, Any]) -> None:
        self._name, self._body = name, answer["Body"]
        self._sha256, self._digest = answer["Metadata"].get("sha256"), hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _told(self._name):
            piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        self._digest.update(piece)
        if not piece and self._sha256 not in (None, self._digest.hexdigest()):
            raise StorageAway(errno.EIO, "the object is not what was stored", self._name)
        return len(piece)

    def close(self) -> None:
        self._body.close()
        super().close()


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What the library raises, as FileNotFoundError or StorageAway."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            raise FileNotFoundError(errno.ENOENT, "no such object", name) from error
        raise StorageAway(errno.EIO, f"the object storage refuses: {error}", name) from error
    except (BotoCoreError, Boto3Error) as error:
        raise StorageAway(errno.EIO, f"the object storage fails: {error}", name) from error
