"""The texts inside one resource, by their path: how every shape of address, contact and amount is looked up."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from . import problems
from .problems import FeedRefused, WarningLog
from .records import Address
from .texts import shown
from .times import moment_of

_LARGEST_EXPONENT = 40
_LONGEST_TEXT = 4_096
_EMAILS: Final = frozenset({"email", "email1", "email2", "emailaddress"})
_PHONE_PARTS: Final = ("countryCode", "areaCode", "cityCode", "localNumber")
_ADDRESSES: Final = ("mainAddress", "serviceAddress", "streetAddress", "secondaryAddress", "postalAddress")
_STREET: Final = ("number", "prefix", "name", "type", "suffix")
_MOST_CONTACTS = 10


class Fields:
    """Texts by path ("ServiceCategory/kind"), each as often as it came."""

    def __init__(self, limit: int, characters: int) -> None:
        self._texts: dict[str, list[str]] = {}
        self._count = 0
        self._limit = limit
        self._characters = characters

    def add(self, path: str, text: str) -> None:
        """Keep a text. Refuses more than the limit of one resource (TOO_MANY)."""
        self._count += 1
        if self._count > self._limit:
            raise FeedRefused(problems.TOO_MANY, limit=self._limit, what="values in one resource")
        self._texts.setdefault(path, []).append(text[:_LONGEST_TEXT])

    def is_like(self, other: "Fields") -> bool:
        """Whether both hold the same texts."""
        return self._texts == other._texts  # noqa: SLF001  of the same class

    def raw(self, *paths: str) -> str:
        """The first text under the first of these paths that has one, as it is in the feed."""
        return next((texts[0] for path in paths if (texts := self._texts.get(path))), "")

    def text(self, *paths: str) -> str:
        """The same, fit to be shown: one line, no control characters, not too long."""
        return shown(self.raw(*paths), self._characters)

    def all(self, *paths: str) -> tuple[str, ...]:
        """Every text under these paths, fit to be shown."""
        return tuple(shown(text, self._characters) for path in paths for text in self._texts.get(path, ()))

    def whole(self, path: str) -> str:
        """The first text under a path, on one line without control characters, however long."""
        text = self.raw(path)
        return shown(text, len(text))

    def whole_all(self, path: str) -> tuple[str, ...]:
        """Every text under a path, on one line without control characters, however long."""
        return tuple(shown(text, len(text)) for text in self._texts.get(path, ()))

    def ends_with(self, *names: str) -> Iterator[tuple[str, str]]:
        """Path and text of each whose last element has one of these names."""
        for path, texts in self._texts.items():
            if path.rpartition("/")[2] in names:
                yield from ((path, shown(text, self._characters)) for text in texts)

    def moment(self, path: str, log: WarningLog, where: str) -> datetime | None:
        """UTC, of an epoch; None when there is none. Warns of one that cannot be read."""
        text = self.raw(path)
        at = moment_of(text)
        if text and at is None:
            log.add(problems.TIME_UNREADABLE, where, text)
        return at

    def number(self, path: str, log: WarningLog, where: str) -> Decimal | None:
        """A number; None when there is none. Warns of one that cannot be read."""
        text = self.raw(path)
        number = number_of(text)
        if text and number is None:
            log.add(problems.NUMBER_UNREADABLE, where, text)
        return number

    def emails(self) -> tuple[str, ...]:
        """Texts of email elements that look like an address, wherever they are."""
        texts = (
            shown(text, self._characters)
            for path, values in self._texts.items()
            if path.rpartition("/")[2].lower() in _EMAILS
            for text in values
        )
        return tuple(dict.fromkeys(text for text in texts if "@" in text and " " not in text))[:_MOST_CONTACTS]

    def phones(self) -> tuple[str, ...]:
        """Telephone numbers, with the parts that are published joined by blanks."""
        parents = dict.fromkeys(
            path.rpartition("/")[0]
            for path, _ in self.ends_with("localNumber", "areaCode", "ituPhone", "phone1", "phone2", "phone")
            if "phone" in path.lower()
        )
        numbers = (self._phone(parent) for parent in parents)
        whole = (text for path, text in self.ends_with("phone", "phone1", "phone2", "ituPhone") if path)
        return tuple(dict.fromkeys(filter(None, (*numbers, *whole))))[:_MOST_CONTACTS]

    def address(self) -> Address | None:
        """The address, in whichever of the known shapes it comes; None when there is none."""
        prefixes = [*_ADDRESSES, *(f"Location/{name}" for name in _ADDRESSES)]
        deeper = (
            path.split("/streetDetail/")[0].split("/townDetail/")[0]
            for path in self._texts
            if "streetDetail/" in path or "townDetail/" in path
        )
        candidates = (self._address(f"{prefix}/") for prefix in dict.fromkeys([*prefixes, *deeper]))
        return next(filter(None, candidates), self._address("") or None)

    def _phone(self, parent: str) -> str:
        parts = (self.text(f"{parent}/{part}") for part in _PHONE_PARTS)
        extension = self.text(f"{parent}/extension")
        return " ".join(filter(None, (*parts, extension and f"ext. {extension}")))

    def _address(self, prefix: str) -> Address:
        street = [self.text(f"{prefix}streetDetail/{part}") for part in _STREET]
        has_name = bool(street[2])
        general = self.text(f"{prefix}streetDetail/addressGeneral", f"{prefix}addressGeneral")
        if not has_name and general:
            street = ["" if general.startswith(street[0]) else street[0], general]
        suite = self.text(f"{prefix}streetDetail/suiteNumber")
        town = f"{prefix}townDetail/"
        return Address(
            street=" ".join(filter(None, (*street, suite))),
            city=self.text(f"{town}name", f"{prefix}city"),
            state=self.text(f"{town}stateOrProvince", f"{prefix}stateOrProvince"),
            postal_code=self.text(
                f"{prefix}postalCode", f"{town}postalCode", f"{prefix}streetDetail/postalCode", f"{town}code"
            ),
            country=self.text(f"{town}country", f"{prefix}country"),
        )


def number_of(text: str) -> Decimal | None:
    """The number that a text is; None for anything else, and for numbers of absurd size."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_usable = number.is_finite() and "_" not in text and text.isascii() and len(text) <= 2 * _LARGEST_EXPONENT
    return number if is_usable and abs(number.adjusted()) <= _LARGEST_EXPONENT else None
