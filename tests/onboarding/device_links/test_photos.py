"""Photos are files from strangers: read by a limited process, written anew, private, and never shown inline."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from onboarding.device_links import photos
from onboarding.device_links.models import DevicePhoto
from portal.partners.models import Partner
from portal.storage.disk import path_of
from tests.onboarding.device_links.conftest import CALIFORNIA, STORAGE, Customer, connection_of, device_link

pytestmark = pytest.mark.django_db
GPS, ORIENTATION, MODEL = 0x8825, 0x0112, 0x0110


def picture(format: str = "JPEG", size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#336699").save(written, format=format, **options)
    return written.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[MODEL], exif[ORIENTATION] = "Phone 12", 6
    exif.get_ifd(GPS).update({1: "N", 2: (37.0, 46.0, 30.0), 3: "W", 4: (122.0, 25.0, 10.0)})
    return picture(exif=exif, comment=b"home of Alex")


def bomb() -> bytes:
    """A PNG of some kilobytes that says it has 20,000 x 20,000 pixels."""
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, format="PNG", optimize=True)
    return written.getvalue()


def at_device(customer: Customer, partner: Partner) -> None:
    customer.open(device_link(partner))
    customer.send("welcome")
    customer.send("about", **CALIFORNIA)


def send(customer: Customer, content: bytes, name: str = "label.jpg") -> Any:
    return customer.send("device", **STORAGE, photo=SimpleUploadedFile(name, content, "image/jpeg"))


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_photo_is_kept_and_downloaded_by_the_partner_alone(
    customer: Customer, acme: Partner, client_of: Any, manager: Any, stranger: Any, format: str
) -> None:
    at_device(customer, acme)

    assert send(customer, picture(format)).status_code == 302

    address = reverse("connection-device-photo", args=[connection_of().pk])
    answer = client_of(manager).get(address)
    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(content)).size == (640, 480)
    assert client_of(stranger).get(address).status_code == 404
    page = client_of(manager).get(reverse("connection", args=[connection_of().pk])).content.decode()
    assert address in page
    assert f'src="{address}"' not in page


def test_place_time_and_comments_are_gone_and_the_picture_is_upright(customer: Customer, acme: Partner) -> None:
    sent = with_place()
    assert b"Phone 12" in sent
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS)
    at_device(customer, acme)

    send(customer, sent)

    content = path_of(DevicePhoto.objects.get().file).read_bytes()
    kept = Image.open(io.BytesIO(content))
    assert dict(kept.getexif()) == {}
    assert kept.size == (480, 640)
    assert not {"exif", "comment", "icc_profile"} & kept.info.keys()
    for trace in (b"Phone 12", b"home of Alex", b"Exif"):
        assert trace not in content


def test_what_is_hidden_behind_a_picture_is_gone(customer: Customer, acme: Partner) -> None:
    at_device(customer, acme)

    send(customer, picture() + b"<script>alert(1)</script>PK\x03\x04 evil.zip")

    content = path_of(DevicePhoto.objects.get().file).read_bytes()
    assert b"<script>" not in content
    assert b"evil.zip" not in content


def test_a_large_photo_becomes_smaller(customer: Customer, acme: Partner) -> None:
    at_device(customer, acme)

    send(customer, picture(size=(4000, 3000)))

    assert Image.open(path_of(DevicePhoto.objects.get().file)).size == (2000, 1500)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("script", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("page", b"<!doctype html><script>alert(1)</script>"),
        ("gif", picture("GIF")),
        ("cut", picture()[:300]),
        ("head", b"\xff\xd8\xff\xe0" + b"\0" * 2000),
        ("bomb", bomb()),
        ("zeros", b"\0" * 5000),
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_else_is_lost(
    customer: Customer, acme: Partner, name: str, content: bytes
) -> None:
    at_device(customer, acme)

    answer = send(customer, content)

    assert answer.status_code == 422
    assert "We couldn’t read the photo." in answer.content.decode()
    assert "SN-0048213" in answer.content.decode()
    assert not DevicePhoto.objects.exists()
    assert customer.send("device", **STORAGE).status_code == 302


def test_a_good_photo_is_kept_when_a_field_is_wrong(customer: Customer, acme: Partner) -> None:
    at_device(customer, acme)
    photo = SimpleUploadedFile("label.jpg", picture(), "image/jpeg")

    answer = customer.send("device", **(STORAGE | {"device.device_serial_number": ""}), photo=photo)

    assert answer.status_code == 422
    assert "We have your photo. Another one replaces it." in answer.content.decode()
    assert customer.send("device", **STORAGE).status_code == 302
    assert DevicePhoto.objects.get().session == customer.session


def test_a_broken_photo_is_told_beside_other_mistakes(customer: Customer, acme: Partner) -> None:
    at_device(customer, acme)
    photo = SimpleUploadedFile("label.jpg", b"no picture", "image/jpeg")

    page = customer.send("device", **(STORAGE | {"device.device_serial_number": ""}), photo=photo).content.decode()

    assert re.findall(r'href="#field-([\w.]+)"', page) == ["device.device_serial_number", "photo"]


def test_a_file_that_is_too_large_is_refused(customer: Customer, acme: Partner, monkeypatch: Any) -> None:
    monkeypatch.setattr(photos, "MOST_BYTES", 1000)
    at_device(customer, acme)

    assert send(customer, picture() + b"\0" * 2000).status_code == 422


def test_another_photo_replaces_the_first_and_its_file(
    customer: Customer, acme: Partner, django_capture_on_commit_callbacks: Any
) -> None:
    at_device(customer, acme)
    send(customer, picture())
    first = path_of(DevicePhoto.objects.get().file)

    with django_capture_on_commit_callbacks(execute=True):
        send(customer, picture("PNG"))

    assert not first.exists()
    assert path_of(DevicePhoto.objects.get().file).exists()


def test_the_file_goes_with_its_session(
    customer: Customer, acme: Partner, django_capture_on_commit_callbacks: Any
) -> None:
    at_device(customer, acme)
    send(customer, picture())
    file = path_of(DevicePhoto.objects.get().file)

    with django_capture_on_commit_callbacks(execute=True):
        customer.session.delete()

    assert not file.exists()


def test_a_machine_that_sends_photos_is_stopped(customer: Customer, acme: Partner, monkeypatch: Any) -> None:
    monkeypatch.setattr(photos, "_TRIES", 1)
    at_device(customer, acme)

    send(customer, picture())

    assert "There were too many tries" in send(customer, picture()).content.decode()
