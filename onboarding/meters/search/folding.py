"""What two texts have in common that a person takes for the same when searching."""

import re
import unicodedata
from typing import Final

# Letters that Unicode does not take apart into a plain one and its mark, after casefolding.
_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n"}
)
_PASSED_OVER: Final = re.compile(r"[\s'\u2018\u2019\u02bc\u00b4`.,/()#+_\u2010-\u2015\u2212-]+")


def folded(text: str) -> str:
    """The text without case, accents, apostrophes, separators and characters that cannot be seen."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
        text = "".join(char for char in apart if unicodedata.category(char) not in {"Mn", "Cf"})
    return _PASSED_OVER.sub("", text.lower())
