"""Which field a column most likely holds, when its name is none that we know: by its words and by its first values.

Nothing here decides: it proposes, with a score, and a person says yes. Pure, but for rapidfuzz.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from .headers import HeaderSpec
from .plausible import is_yes_no, names_a_product

LIKELY: Final = 80  # of 100: from here on, the proposal is called likely
LEAST: Final = 60  # below, a proposal would be a guess that costs more than it helps
_ENOUGH_VALUES = 2
_MOST_WORDS = 12
_GUESS: Final = 79  # at most, for a name that has not the very words of one of the field's names
_SOME = 40  # of 100: below, the name does not speak for the field at all
_TYPO = 80  # two whole names as alike as this are one name, mistyped
_SHORTEST_TYPO = 6  # letters of a word that may be mistyped; shorter ones are other words
_MODEL: Final = "device.device_model"
# What else a system is made of: its numbers and names are not the device's.
_OTHER_THINGS: Final = frozenset(
    {
        "inverter",
        "gateway",
        "microinverter",
        "vehicle",
        "car",
        "module",
        "panel",
        "modem",
        "router",
        "warranty",
        "lease",
        "generator",
        "beacon",
        "controller",
        "envoy",
        "hvac",
        "array",
        "peak",
        "demand",
        "crew",
        "deal",
        "permit",
    }
)
_CAMEL = re.compile(r"(?<=[a-z0-9]{2})(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")
# What people shorten in column names, and words that say nothing.
_SHORT: Final[Mapping[str, str]] = {
    "addr": "address",
    "acct": "account",
    "amt": "amount",
    "batt": "battery",
    "bill": "billing",
    "cap": "capacity",
    "cust": "customer",
    "co": "company",
    "dev": "device",
    "eff": "effective",
    "inst": "install",
    "installation": "install",
    "installed": "install",
    "max": "maximum",
    "mfg": "manufacturer",
    "mfr": "manufacturer",
    "maker": "manufacturer",
    "min": "minimum",
    "nbr": "number",
    "no": "number",
    "num": "number",
    "org": "company",
    "ph": "phone",
    "tel": "phone",
    "telephone": "phone",
    "qty": "number",
    "ref": "reference",
    "ser": "serial",
    "sn": "serial",
    "st": "state",
    "util": "utility",
    "postcode": "zip",
    "postal": "zip",
    "zipcode": "zip",
    "id": "reference",
    "pto": "permission",
    "soc": "charge",
}
_EMPTY_WORDS: Final = frozenset(
    {"the", "of", "a", "an", "is", "in", "your", "our", "and", "to", "for", "code", "field"}
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one column without a known name: its header and some of its first filled cells."""

    index: int
    header: str
    cells: Sequence[object]


@dataclass(frozen=True, slots=True)
class Guess:
    """A field proposed for a column. score: 0 to 100. by: "name" or "values", what spoke for it most."""

    index: int
    key: str
    score: int
    by: str


def guesses(
    columns: Iterable[Seen],
    fields: Iterable[HeaderSpec],
    *,
    accepts: Callable[[str, object], bool],
    telling: Callable[[str], float],
) -> dict[int, Guess]:
    """The best field for each column, no field twice; columns that nothing fits well enough have none.

    accepts(key, cell): whether the field would take the cell. telling(key): how much that says, from 0 (almost any
    cell is a text) to 1 (few cells are an email address).
    """
    fields = list(fields)
    leaves = Counter(_leaf(field.key) for field in fields)
    names = {
        field.key: [words(name) for name in _names(field, with_leaf=leaves[_leaf(field.key)] == 1)] for field in fields
    }
    scored: list[Guess] = []
    for column in columns:
        own = words(column.header)
        for key, spellings in names.items():
            guess = _score(column, own, key, spellings, accepts, telling(key))
            if guess is not None:
                scored.append(guess)
    best: dict[int, Guess] = {}
    taken: set[str] = set()
    for guess in sorted(scored, key=lambda one: (-one.score, one.index, one.key)):
        if guess.index not in best and guess.key not in taken:
            best[guess.index] = guess
            taken.add(guess.key)
    return best


def words(name: str) -> tuple[str, ...]:
    """A name as its words: battery_kWh -> ("battery", "kwh"), ZipCode -> ("zip",), Cust -> ("customer",)."""
    parts = [part for part in _NOT_WORD.split(_CAMEL.sub(" ", name)) if part][:_MOST_WORDS]
    spelled = [_SHORT.get(part.casefold(), part.casefold()) for part in parts]
    telling = [word for word in spelled if word not in _EMPTY_WORDS]
    return tuple(dict.fromkeys(telling or spelled))


def _names(field: HeaderSpec, *, with_leaf: bool) -> Iterable[str]:
    """What a field goes by; the last part of its key only where no other field shares it."""
    yield from (field.label, *field.aliases)
    if with_leaf:
        yield _leaf(field.key)


def _leaf(key: str) -> str:
    return next(part for part in reversed(key.split(".")) if not part.isdigit())


def _score(
    column: Seen,
    own: tuple[str, ...],
    key: str,
    spellings: Sequence[tuple[str, ...]],
    accepts: Callable[[str, object], bool],
    telling: float,
) -> Guess | None:
    by_name, closest = max(((_alike(own, spelling), spelling) for spelling in spellings), default=(0.0, ()))
    if not _OTHER_THINGS.intersection(own).issubset(closest):
        return None
    if by_name < LIKELY and column.cells and all(map(is_yes_no, column.cells)):
        return None
    if key == _MODEL and column.cells and all(map(names_a_product, column.cells)):
        return Guess(column.index, key, LIKELY, "values")
    telling = telling if len(column.cells) >= _ENOUGH_VALUES else 0
    if by_name < LEAST * (1 - telling):
        return None
    fits = sum(accepts(key, cell) for cell in column.cells) / len(column.cells) if column.cells else 1.0
    if fits < 0.5:
        return None
    score, by = by_name * (0.7 + 0.3 * fits), "name"
    if set(own) != set(closest):
        score = min(score, _GUESS)
    several = len({str(cell) for cell in column.cells}) > 1  # one value over and over says less than several
    by_values = min(95, fits * ((80 if several else 62) * telling + by_name * (0.95 - 0.6 * telling)))
    if telling and by_values > score:
        score, by = by_values if by_name >= _SOME else min(by_values, _GUESS), "values"
    return Guess(column.index, key, round(score), by) if score >= LEAST else None


def _alike(own: tuple[str, ...], other: tuple[str, ...]) -> float:
    """0 to 100: how alike two names are, word by word whatever their order; words left over count against it."""
    if not own or not other:
        return 0
    plain = fuzz.ratio(own[0], other[0]) if len(own) == len(other) == 1 else 0.0
    shared = sum(max(_word_alike(word, theirs) for theirs in other) for word in own)
    back = sum(max(_word_alike(word, ours) for ours in own) for word in other)
    by_words = 100 * (shared / len(own) * 0.5 + back / len(other) * 0.5)
    return float(max(plain if plain >= _TYPO else 0, by_words))


def _word_alike(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if min(len(word), len(other)) < _SHORTEST_TYPO and word[:3] != other[:3]:
        return 0.0
    if word in {f"{other}s", f"{other}es"} or other in {f"{word}s", f"{word}es"}:
        return 0.0
    ratio = float(fuzz.ratio(word, other)) / 100
    return ratio if ratio >= 0.85 else 0.0
