"""The corpus: files made to hurt a reader, or hurt on their way, each with the answer that it must get."""

from .case import Case
from .file_types import KINDS
from .sheets import SHEETS
from .texts import TEXTS
from .xml import XML
from .zips import ZIPS

CORPUS: tuple[Case, ...] = (*KINDS, *ZIPS, *XML, *SHEETS, *TEXTS)

__all__ = ["CORPUS", "Case"]
