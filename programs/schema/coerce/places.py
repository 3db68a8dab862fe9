"""Zip codes and telephone numbers of the United States."""

import re
from typing import Any

import phonenumbers

from programs.models import Field
from programs.schema.coerce.plain import EMPTY, Coercer, Mended, fail, is_no_address, plain_text
from programs.schema.coerce.texts import plain_coercer

_DASHES = dict.fromkeys(map(ord, "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}"), "-")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_US_NUMBER = re.compile(r"[2-9]\d\d[2-9]\d{6}")  # North American plan: area code and exchange begin with 2 to 9
_PHONE_CHARACTERS = re.compile(r"[-+0-9().\s/]*(?:(?:ext\.?|x|#)\s*\d{1,6})?", re.IGNORECASE)


def zip_code(cell: object) -> object:
    """Five digits, or five and four. Three or four digits, and seven or eight, prove that leading zeros were lost:
    no zip begins with more than two. Those are restored, with a warning."""
    typed = plain_text(cell).replace(" ", "").translate(_DASHES).removesuffix(".0")
    if not typed or is_no_address(typed):
        return EMPTY
    main, hyphen, rest = typed.partition("-")
    if not hyphen and 7 <= len(main) <= 9:
        main, rest = main[:-4], main[-4:]
        hyphen = "-"
    plain = main.isascii() and main.isdigit() and 3 <= len(main) <= 5
    if not plain or (hyphen and not (rest.isascii() and rest.isdigit() and len(rest) == 4)):
        raise fail("NOT_A_ZIP")
    value = f"{main.zfill(5)}{hyphen}{rest}"
    if len(main) < 5:
        return Mended(value, "ZIP_RESTORED", {"suggestion": value})
    return value


def phone(field: Field) -> Coercer:
    """Ten digits for a US number, whatever was written between them; another country's number as +44 20 7946 0958.

    The contract takes any text, so what is no telephone number stays as it was typed, with a warning.
    """
    plain = plain_coercer(field)

    def coerce(cell: object) -> object:
        value: Any = EMPTY if is_no_address(cell) else plain(cell)
        if value is EMPTY:
            return value
        digits = _NOT_DIGIT.sub("", value)
        if len(digits) == 11 and digits[0] == "1":
            digits = digits[1:]
        if _US_NUMBER.fullmatch(digits) and _PHONE_CHARACTERS.fullmatch(value):
            return digits
        return _other_number(value) or Mended(value, "NOT_A_PHONE", {})

    return coerce


def _other_number(value: str) -> str:
    try:
        parsed = phonenumbers.parse(value, "US")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    if parsed.country_code == 1:
        number = str(parsed.national_number)
        return f"{number} x{parsed.extension}" if parsed.extension else number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
