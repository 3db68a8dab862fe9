"""Encrypts every stored secret anew with the first of the ENCRYPTION_KEYS."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.security.rotation import RotationCount, rotate_all

_NAMED = 5


class Command(BaseCommand):
    help = "Encrypt every stored secret anew with the first of the ENCRYPTION_KEYS, and say which keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = rotate_all()
        for count in counts:
            self.stdout.write(f"{count.field}: {count.rotated} encrypted anew, {count.current} already current")
        if unreadable := [count for count in counts if count.unreadable]:
            raise CommandError("\n".join([*map(_lost, unreadable), _REMEDY]))
        self.stdout.write(_removable(len(settings.ENCRYPTION_KEYS)))


_REMEDY = (
    "Their key is no longer among ENCRYPTION_KEYS. Put it back at the end and run this again, or enter these secrets "
    "anew. Remove no other key until then."
)


def _lost(count: RotationCount) -> str:
    names = ", ".join(count.unreadable[:_NAMED]) + (", …" if len(count.unreadable) > _NAMED else "")
    return f"{count.field}: {len(count.unreadable)} cannot be read (id {names})"


def _removable(keys: int) -> str:
    if keys == 1:
        return "One key is set, and every secret is encrypted with it."
    old = "key 2" if keys == 2 else f"keys 2 to {keys}"
    return f"Every secret is encrypted with key 1. Once every process runs with it, remove {old} from ENCRYPTION_KEYS."
