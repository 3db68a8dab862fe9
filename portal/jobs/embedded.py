"""A Celery transport without a server, for one machine: files in the data directory.

Kombu's filesystem transport can hand a worker a half-written message, which ends the worker. This one makes the
message elsewhere and renames it into place. It can still lose a message when a worker is killed; that is harmless
here, since a message only wakes a worker and the sweep finds whatever was not woken.
"""

import os
import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Path(self.data_folder_in).mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: dict[str, object], **kwargs: Any) -> None:  # type: ignore[override]  # kombu itself renames it
        """Write the message whole, then let it appear."""
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns()}_{uuid.uuid4()}.{queue}.msg"
        hidden = folder / f".{name}.partial"
        try:
            hidden.write_bytes(str_to_bytes(dumps(payload)))
            os.replace(hidden, folder / name)
        except OSError:  # a full disk
            hidden.unlink(missing_ok=True)
            raise


class Transport(filesystem.Transport):
    Channel = Channel
