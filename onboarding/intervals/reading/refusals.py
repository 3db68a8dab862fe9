"""Why a file as a whole cannot be read."""

from collections.abc import Mapping


class FileRefused(Exception):
    """Nothing of the file counts. code: of a registered problem. reason: a phrase that ends its sentence. context: what
    else its text says."""

    def __init__(self, code: str, reason: str = "", context: Mapping[str, object] | None = None) -> None:
        super().__init__(reason or code)
        self.code = code
        self.context = {"reason": reason, **(context or {})}


def unreadable(reason: str) -> FileRefused:
    return FileRefused("INTERVAL_FILE_UNREADABLE", reason)


def too_long(reason: str) -> FileRefused:
    return FileRefused("INTERVAL_FILE_TOO_LONG", reason)
