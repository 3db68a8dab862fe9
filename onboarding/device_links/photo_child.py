"""The process that reads a stranger's picture for the portal: it limits itself first, and writes the picture anew.

`python -m onboarding.device_links.photo_child '{"source": path, "target": path}'` prints {"written": true or false}.
Of the file that was sent nothing but the pixels comes through: no metadata, no color profile, nothing behind its end.
"""

import json
import resource
import sys
from typing import Any

from PIL import Image, ImageOps

_MEMORY_BYTES = 768 * 1024 * 1024
_CPU_SECONDS = 20
_DISK_BYTES = 16 * 1024 * 1024
_MOST_PIXELS = 50_000_000  # a phone's camera has 12 to 48 million
_LONGEST = 2_000  # pixels of a side; a label can be read with fewer
_QUALITY = 82


def limit() -> None:
    """Limit this process: memory, processor time, what it may write, no core dump, no new process."""
    bounds = {
        resource.RLIMIT_AS: _MEMORY_BYTES,
        resource.RLIMIT_CPU: _CPU_SECONDS,
        resource.RLIMIT_FSIZE: _DISK_BYTES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for what, bound in bounds.items():
        hard = resource.getrlimit(what)[1]
        soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (soft, soft))


def write_anew(source: str, target: str) -> bool:
    """Write a JPEG or PNG as a JPEG of at most 2,000 pixels a side, the right way up. False: it is no such picture."""
    try:
        with Image.open(source, formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return False
            picture.draft("RGB", (_LONGEST, _LONGEST))
            pixels = ImageOps.exif_transpose(picture).convert("RGB")
        pixels.thumbnail((_LONGEST, _LONGEST))
        bare = Image.new("RGB", pixels.size)
        bare.paste(pixels)
        bare.save(target, format="JPEG", quality=_QUALITY)
    except Exception:  # whatever a picture does to its reader, it is no picture for us
        return False
    return True


def main(order: dict[str, Any]) -> None:
    limit()
    sys.stdout.write(json.dumps({"written": write_anew(order["source"], order["target"])}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
