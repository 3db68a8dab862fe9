"""A stored file in a bucket is whole or not there, is compared when it is read, and leaves nothing on this machine."""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from django.http import Http404

from portal.jobs.faults import is_of_the_machine
from portal.storage import files
from portal.storage.interface import StorageAway
from portal.storage.objects import address_of
from portal.storage.temporary import scratch_folder
from portal.web.downloads import stored_file
from tests.bucket import Bucket, while_it_checks

OPERATIONS = Path(__file__).parents[3] / "docs/operations.md"


def kept(content: bytes, name: str = "made/a.csv") -> str:
    with files.drafted(name, mark="1") as draft:
        draft.file.write(content)
        draft.keep()
    return name


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("s3://k:s%2F%2B@host/b", ("https://host", "b", "", "us-east-1", "k", "s/+")),
        ("s3://host:9000/b/p/q/?tls=0", ("http://host:9000", "b", "p/q/", "us-east-1", None, None)),
        ("s3://[::1]:9000/b?region=eu-north-1", ("https://[::1]:9000", "b", "", "eu-north-1", None, None)),
    ],
)
def test_address_is_read(url: str, told: tuple[str | None, ...]) -> None:
    address = address_of(url)

    assert (
        address.endpoint,
        address.bucket,
        address.prefix,
        address.region,
        address.key,
        address.secret,
    ) == told


@pytest.mark.parametrize(
    "url",
    [
        "https://k:hush@host/b",
        "s3://k:hush@host",
        "s3://k:hush@/b",
        "s3://k@host/b",
        "s3://k:hush@host:x/b",
        "s3://k:hush@host/b?tls=no",
        "s3://k:hush@host/b?acl=public",
    ],
)
def test_wrong_address_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(it|its|after) ") as refused:
        address_of(url)

    assert "hush" not in str(refused.value)


def test_secret_is_not_shown() -> None:
    assert "hush" not in repr(address_of("s3://k:hush@host/b"))


def test_stored_file_is_read_back_and_removed(bucket: Bucket) -> None:
    stored = files.store([b"one,", b"", b"two"], folder="uploads", suffix=".csv", limit=7)

    with files.open_file(stored.name) as file:
        content = file.read()
    with files.local_copy(stored.name) as path:
        copied, suffix = path.read_bytes(), path.suffix

    assert (content, copied, suffix) == (b"one,two", b"one,two", ".csv")
    assert (stored.size, stored.sha256) == (7, hashlib.sha256(b"one,two").hexdigest())
    assert (files.size_of(stored.name), files.exists(stored.name)) == (7, True)
    assert bucket.keys() == [f"portal/{stored.name}"]
    assert bucket.files_on_disk() == []

    files.discard(stored.name)
    files.discard(stored.name)

    assert (bucket.keys(), files.exists(stored.name)) == ([], False)


def test_what_is_refused_or_breaks_off_leaves_nothing(bucket: Bucket) -> None:
    with pytest.raises(files.TooLarge):
        files.store([b"12345", b"12345"], folder="uploads", suffix=".csv", limit=9)
    with suppress(RuntimeError), files.drafted("a.csv", mark="1") as draft:
        draft.file.write(b"half")
        raise RuntimeError("falls")

    assert (bucket.keys(), bucket.files_on_disk()) == ([], [])


def test_objects_are_private(bucket: Bucket) -> None:
    name = kept(b"x")

    grants = bucket.client.get_object_acl(Bucket=bucket.name, Key=f"portal/{name}")["Grants"]

    assert [(grant["Grantee"]["Type"], grant["Permission"]) for grant in grants] == [("CanonicalUser", "FULL_CONTROL")]


def test_requests_are_signed_and_need_no_more_rights_than_the_paper_says(
    bucket: Bucket, bucket_server: str, settings: Any
) -> None:
    iam = boto3.session.Session().client(
        "iam",
        endpoint_url=f"http://{bucket_server}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    iam.create_user(UserName=bucket.name)
    key = iam.create_access_key(UserName=bucket.name)["AccessKey"]
    named = set(re.findall(r"`(s3:\w+)`", OPERATIONS.read_text()))
    rights = [
        {"Effect": "Allow", "Action": sorted(named - {"s3:ListBucket"}), "Resource": f"arn:aws:s3:::{bucket.name}/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket.name}"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    iam.put_user_policy(UserName=bucket.name, PolicyName="portal", PolicyDocument=policy)
    place = f"@{bucket_server}/{bucket.name}?tls=0"

    with while_it_checks(bucket_server):
        settings.STORAGE_URL = f"s3://{key['AccessKeyId']}:{quote(key['SecretAccessKey'], safe='')}{place}"
        for content in (b"x", b"x" * 20 * 1024 * 1024):
            kept(content)
            with files.open_file("made/a.csv") as file:
                assert file.read() == content
        assert (files.size_of("made/a.csv"), files.exists("made/b.csv")) == (20 * 1024 * 1024, False)
        files.remove_folder("made")
        assert not files.exists("made/a.csv")

        settings.STORAGE_URL = f"s3://{key['AccessKeyId']}:{'x' * 40}{place}"
        with pytest.raises(StorageAway, match="SignatureDoesNotMatch"):
            kept(b"x")


def test_file_of_several_parts_is_whole(bucket: Bucket) -> None:
    content = bytes(range(256)) * 4096 * 20  # 20 MB: more than one request takes

    kept(content)

    with files.local_copy("made/a.csv") as path:
        assert path.read_bytes() == content
    assert bucket.client.head_object(Bucket=bucket.name, Key="portal/made/a.csv")["ETag"].endswith('-3"')


def test_who_lost_the_job_stops_while_it_uploads_or_downloads(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.storage.files._BEAT_SECONDS", 0)
    calls: list[str] = []

    def lost_after(most: int) -> Callable[[], None]:
        def alive() -> None:
            calls.append("alive")
            if len(calls) > most:
                raise RuntimeError("lost")

        return alive

    content = b"x" * 20 * 1024 * 1024
    with files.drafted("a.csv", mark="1") as draft:
        draft.file.write(content)
        with pytest.raises(RuntimeError, match="lost"):
            draft.keep(alive=lost_after(25))  # 20 pieces are hashed first
    assert bucket.keys() == []

    kept(content)
    calls.clear()
    with pytest.raises(RuntimeError, match="lost"), files.local_copy("made/a.csv", alive=lost_after(5)):
        raise AssertionError
    assert bucket.files_on_disk() == []


def test_folder_is_removed_with_all_in_it_and_nothing_else(bucket: Bucket) -> None:
    for name in ("a.read/1", "a.read/2", "a.read2", "b.read/1"):
        kept(b"x", name)

    files.remove_folder("a.read")

    assert bucket.keys() == ["portal/a.read2", "portal/b.read/1"]


def test_finished_file_is_moved_and_read_as_text(bucket: Bucket) -> None:
    with scratch_folder() as folder:
        (folder / "errors.csv").write_text("line,code\n2,é\n", encoding="utf-8")
        files.put(folder / "errors.csv", "intervals/errors.csv")
        left = list(folder.iterdir())

    with TextIOWrapper(files.open_file("intervals/errors.csv"), encoding="utf-8", newline="") as file:
        assert list(file) == ["line,code\n", "2,é\n"]
    assert left == []


def test_object_that_somebody_changed_is_not_taken(bucket: Bucket) -> None:
    name = kept(b"right")
    answer = bucket.client.head_object(Bucket=bucket.name, Key=f"portal/{name}")
    bucket.client.put_object(Bucket=bucket.name, Key=f"portal/{name}", Body=b"wrong", Metadata=answer["Metadata"])

    with pytest.raises(StorageAway, match="not what was stored"), files.local_copy(name):
        raise AssertionError


def test_object_that_another_program_brought_is_taken(bucket: Bucket) -> None:
    bucket.client.put_object(Bucket=bucket.name, Key="portal/old.csv", Body=b"moved here")

    with files.open_file("old.csv") as file:
        assert file.read() == b"moved here"


def test_download_has_its_length_and_our_name(bucket: Bucket) -> None:
    name = kept(b"one,two")

    response = stored_file(name, file_name="meters.csv", content_type="text/csv")

    assert (response["Content-Length"], response["Content-Type"]) == ("7", "text/csv")
    assert response["Content-Disposition"] == 'attachment; filename="meters.csv"'
    assert b"".join(response.streaming_content) == b"one,two"  # type: ignore[arg-type]  # a stream


def test_missing_file_is_missing(bucket: Bucket) -> None:
    with pytest.raises(FileNotFoundError):
        files.open_file("no.csv")
    with pytest.raises(FileNotFoundError), files.local_copy("no.csv"):
        raise AssertionError
    with pytest.raises(Http404):
        stored_file("no.csv", file_name="no.csv", content_type="text/csv")


@pytest.mark.parametrize(
    "use",
    [
        lambda: files.store([b"x"], folder="uploads", suffix=".csv", limit=9),
        lambda: files.open_file("a.csv"),
        lambda: files.exists("a.csv"),
        lambda: files.remove("a.csv"),
        lambda: files.remove_folder("a"),
    ],
    ids=["store", "open", "exists", "remove", "remove_folder"],
)
def test_storage_that_is_away_is_the_machines_fault(
    away: str, settings: Any, tmp_path: Path, use: Callable[[], object]
) -> None:
    settings.MEDIA_ROOT, settings.STORAGE_URL = tmp_path, away

    with pytest.raises(StorageAway) as fault:
        use()

    assert is_of_the_machine(fault.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_bucket_that_is_not_there_is_a_fault_too(bucket: Bucket, settings: Any) -> None:
    settings.STORAGE_URL = settings.STORAGE_URL.replace(bucket.name, "another-bucket")

    with pytest.raises(StorageAway):
        files.open_file("a.csv")
    with pytest.raises(StorageAway):
        files.store([b"x"], folder="uploads", suffix=".csv", limit=9)
