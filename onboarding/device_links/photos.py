"""Photos of devices' labels: files from strangers, written anew by a limited process, private, never inline."""

import tempfile
from collections.abc import Collection, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from onboarding.connect.children import ChildDied, ask_child
from onboarding.connect.models import Connection, ConnectSession
from onboarding.connect.signals import answers_dropped
from onboarding.device_links.models import DevicePhoto
from portal.problems import Problem, Refused
from portal.security.limits import within_limit
from portal.storage.files import StoredFile, remove, store
from portal.storage.temporary import PREFIX
from portal.web import clock

MOST_BYTES: Final = 10 * 1024 * 1024
_SECONDS: Final = 40
_TRIES: Final = 10  # of a session, a day
_CHILD: Final = "onboarding.device_links.photo_child"


def written_anew(content: Iterable[bytes]) -> StoredFile:
    """Keep a picture as we wrote it. Refuses: CONNECT_PHOTO_UNUSABLE for what is too large, or no JPEG or PNG."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        source, target = Path(folder) / "sent", Path(folder) / "written.jpg"
        size = 0
        with source.open("wb") as file:
            for chunk in content:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise Refused(Problem("CONNECT_PHOTO_UNUSABLE", "photo"))
                file.write(chunk)
        order = {"source": str(source), "target": str(target)}
        try:
            answer = ask_child(_CHILD, order, alive=lambda: None, seconds=_SECONDS)
        except ChildDied as error:
            raise Refused(Problem("CONNECT_PHOTO_UNUSABLE", "photo")) from error
        if not answer.get("written"):
            raise Refused(Problem("CONNECT_PHOTO_UNUSABLE", "photo"))
        return store([target.read_bytes()], folder="photos", suffix=".jpg", limit=2 * MOST_BYTES)


def keep_photo(session: ConnectSession, content: Iterable[bytes]) -> DevicePhoto:
    """Keep the photo of a session's device; an earlier one goes. Refuses: CONNECT_PHOTO_UNUSABLE, CONNECT_TOO_MANY."""
    if not within_limit("connect.photo", str(session.pk), most=_TRIES, per=timedelta(days=1)):
        raise Refused(Problem("CONNECT_TOO_MANY"))
    stored = written_anew(content)
    with transaction.atomic():
        DevicePhoto.objects.filter(session=session).delete()
        return DevicePhoto.objects.create(
            session=session, file=stored.name, size=stored.size, sha256=stored.sha256, created_at=clock.now()
        )


def photo_of(connection: Connection) -> DevicePhoto | None:
    """The newest photo of a connection's device."""
    return DevicePhoto.objects.filter(session__connection=connection).order_by("-pk").first()


@receiver(answers_dropped)
def _photos_go_too(sessions: Collection[UUID], **_: Any) -> None:
    DevicePhoto.objects.filter(session__in=sessions).delete()


@receiver(post_delete, sender=DevicePhoto)
def _file_goes_too(instance: DevicePhoto, **_: Any) -> None:
    """The file goes with its row, once that is certain."""
    transaction.on_commit(lambda: remove(instance.file))
