"""A partner's logo: read as a picture, and written anew, so that nothing of the file that was sent is served."""

import io

from PIL import Image, UnidentifiedImageError

from portal.problems import Problem, Refused
from portal.storage.files import store

MOST_BYTES = 1_000_000
_MOST_PIXELS = 25_000_000
_WIDEST, _TALLEST = 480, 160  # twice as large as it is shown


def store_logo(content: bytes) -> str:
    """Keep a logo as a PNG of at most 480 x 160 pixels; returns its stored name. Refuses: LINK_LOGO_UNUSABLE."""
    if len(content) > MOST_BYTES:
        raise Refused(Problem("LINK_LOGO_UNUSABLE", "logo"))
    try:
        picture = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
        if picture.width * picture.height > _MOST_PIXELS:
            raise Refused(Problem("LINK_LOGO_UNUSABLE", "logo"))
        picture.thumbnail((_WIDEST, _TALLEST))
        written = io.BytesIO()
        picture.convert("RGBA").save(written, format="PNG", optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(Problem("LINK_LOGO_UNUSABLE", "logo")) from error
    return store([written.getvalue()], folder="logos", suffix=".png", limit=MOST_BYTES).name
