"""Which utility is meant by a name that is not on the list: only one that serves the row's state, or its region."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from programs.schema.crossfield.facts import Facts, UtilityFacts
from programs.schema.crossfield.places import REGION, STATE, ZIP
from programs.schema.crossfield.zips import state_of
from programs.schema.lists import Flat

ACCOUNT = "utility.electric_service_account_number"
_ALIKE = 85  # of 100: below, a suggestion would be a guess
_CLOSE = 4  # two names within so many points of each other are equally likely
_EMPTY_WORDS = frozenset(
    {"and", "co", "company", "corp", "corporation", "inc", "llc", "lp", "of", "the", "utility", "utilities"}
)
_ESI_ID_LENGTHS = (17, 22)


@dataclass(frozen=True, slots=True)
class UtilityNames:
    """The utilities that a sheet may name, each with its spellings."""

    facts: Facts
    spellings: Mapping[str, Sequence[str]]

    def likeliest(self, text: str, row: Flat) -> list[str]:
        """The codes that a text may mean in this row, the likeliest first; several when they are equally likely.

        A row that says where it is gets utilities of that place only. An ESI ID among them decides.
        """
        here = [code for code in self.spellings if self._serves(code, row)]
        scored = sorted(((self._alike(text, code), code) for code in here), reverse=True)
        best = scored[0][0] if scored else 0.0
        if best < _ALIKE:
            return []
        equal = [code for score, code in scored if score >= best - _CLOSE]
        return self._by_esi_id(equal, row) or sorted(equal)

    def _serves(self, code: str, row: Flat) -> bool:
        utility = self.facts.utilities.get(code)
        if utility is None:
            return False
        state = row.get(STATE) or _state_of_zip(row.get(ZIP))
        if isinstance(state, str) and state:
            return state in utility.states
        return not row.get(REGION) or utility.region in {"", row[REGION]}

    def _alike(self, text: str, code: str) -> float:
        typed = _words(text)
        return max((_names_alike(typed, _words(spelling)) for spelling in self.spellings[code]), default=0.0)

    def _by_esi_id(self, codes: Iterable[str], row: Flat) -> list[str]:
        account = "".join(filter(str.isdigit, str(row.get(ACCOUNT) or "")))
        if len(account) not in _ESI_ID_LENGTHS:
            return []
        return [code for code in codes if account[2:7] == self._facts(code).eia_number]

    def _facts(self, code: str) -> UtilityFacts:
        return self.facts.utilities[code]


def _state_of_zip(code: object) -> str:
    text = str(code or "")[:5]
    return (state_of(text) or "") if len(text) == 5 and text.isdigit() and text.isascii() else ""


def _words(name: str) -> list[str]:
    plain = "".join(character if character.isalnum() else " " for character in name.replace("&", " ").casefold())
    return [word for word in plain.split() if word not in _EMPTY_WORDS]


def _names_alike(typed: Sequence[str], known: Sequence[str]) -> float:
    """0 to 100. All words of one name among those of the other are as good as the same name."""
    if not typed or not known:
        return 0.0
    shorter, longer = sorted((set(typed), set(known)), key=len)
    if shorter <= longer and max(map(len, shorter)) >= 4:
        return 90.0 + 10 * len(shorter) / len(longer)
    return float(fuzz.ratio(" ".join(typed), " ".join(known)))


def suggestion_for(names: UtilityNames, text: str, row: Flat) -> dict[str, str]:
    """What to say of a utility that is not on the list, as context of UNKNOWN_CHOICE."""
    codes = names.likeliest(text, row)
    if not codes:
        return {"suggestion": "", "suggested": ""}
    if len(codes) == 1:
        return {"suggestion": codes[0], "suggested": f" Did you mean {codes[0]}?"}
    return {"suggestion": "", "suggested": f" It may be {' or '.join(codes)}; check the ESI ID or account number."}
