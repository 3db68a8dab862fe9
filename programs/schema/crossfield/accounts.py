"""Whether an account number can be one of the utility that is named beside it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from programs.identifiers import account_key
from programs.models import Confidence
from programs.schema.crossfield.facts import Facts, FormatFacts, UtilityFacts
from programs.schema.crossfield.places import REGION, STATE, UTILITY
from programs.schema.crossfield.rule import CrossCheckRule, RowFinding
from programs.schema.lists import Flat

ACCOUNT = "utility.electric_service_account_number"
_WITHOUT_UTILITY = {"ERCOT": "SMT"}  # whoever delivers in Texas, the account is an ESI ID at Smart Meter Texas
_ESI_ID = re.compile(r"10(\d{5})\d{3,}", re.ASCII)  # "10", the utility's EIA number, the premise


def account_rules(facts: Facts) -> list[CrossCheckRule]:
    """The rule about account numbers, which hardly ever repeat."""
    return [CrossCheckRule((ACCOUNT,), (ACCOUNT, UTILITY, REGION), Numbers(facts).check, repeats=False)]


@dataclass(frozen=True, slots=True)
class Forms:
    """A utility's account numbers as they look on one day."""

    formats: tuple[FormatFacts, ...]
    fits: Callable[[str], object]

    @property
    def refuses(self) -> bool:
        return all(one.refuses for one in self.formats)


@dataclass(frozen=True, slots=True)
class Owner:
    """The utility that a number belongs to, and whether that is sure."""

    utility: UtilityFacts
    is_sure: bool


class Numbers:
    """The account numbers of all utilities. A utility without forms, or unknown to the catalogue, is not checked."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._by_eia_number = {one.eia_number: one for one in facts.utilities.values() if one.eia_number}
        self._forms: dict[tuple[str, date], Forms | None] = {}

    def check(self, row: Flat, on: date) -> Sequence[RowFinding]:
        utility = self._facts.utilities.get(row.get(UTILITY, "") or _WITHOUT_UTILITY.get(row.get(REGION, ""), ""))
        if utility is None:
            return ()
        number = account_key(row[ACCOUNT])
        if utility.eia_number and (other := self._other_esi_utility(utility, number, on)):
            return (_esi_id_of_other(utility, other, number),)
        forms = self.forms(utility, on)
        if forms is None or forms.fits(number):
            return ()
        return (self._no_form(utility, forms, number, row, on),)

    def forms(self, utility: UtilityFacts, on: date) -> Forms | None:
        """The forms in force on a day, the surest first; None for a utility without any."""
        key = (utility.code, on)
        if key not in self._forms:
            formats = tuple(sorted((one for one in utility.formats if one.applies_on(on)), key=_doubt))
            union = re.compile("|".join(f"(?:{one.pattern})" for one in formats), re.ASCII)
            self._forms[key] = Forms(formats, union.fullmatch) if formats else None
        return self._forms[key]

    def owner_of_esi_id(self, number: str, on: date) -> Owner | None:
        """Whose customer an ESI ID belongs to: by the EIA number in it, else by the only form that it fits."""
        match = _ESI_ID.fullmatch(number)
        if match is None:
            return None
        if utility := self._by_eia_number.get(match.group(1)):
            return Owner(utility, utility.eia_number_confirmed)
        fitting = [one for one in self._by_eia_number.values() if self._form_of(one, number, on)]
        if len(fitting) != 1:
            return None
        form = self._form_of(fitting[0], number, on)
        return Owner(fitting[0], form is not None and form.confidence == Confidence.HIGH)

    def _other_esi_utility(self, utility: UtilityFacts, number: str, on: date) -> Owner | None:
        owner = self.owner_of_esi_id(number, on)
        return owner if owner and owner.utility is not utility else None

    def _form_of(self, utility: UtilityFacts, number: str, on: date) -> FormatFacts | None:
        forms = self.forms(utility, on)
        return next((one for one in forms.formats if one.fits(number)), None) if forms else None

    def _no_form(self, utility: UtilityFacts, forms: Forms, number: str, row: Flat, on: date) -> RowFinding:
        context: dict[str, object] = {
            "utility": utility.name,
            "forms": "; or ".join(one.name for one in forms.formats),
            "sample": forms.formats[0].example,
        }
        fitting = [(one, form) for one in self._near(utility, row) if (form := self._form_of(one, number, on))]
        if len(fitting) == 1 and fitting[0][1].confidence != Confidence.LOW:
            other = fitting[0][0]
            context["looks_like"] = f" This looks like a number from {other.name}."
            context |= {"suggestion": other.code, "suggestion_field": UTILITY}
        return RowFinding("ACCOUNT_FORMAT", ACCOUNT, context, blocks=forms.refuses)

    def _near(self, utility: UtilityFacts, row: Flat) -> Iterable[UtilityFacts]:
        """The other utilities of the same region or state, without those that do not serve the state."""
        region, state = row.get(REGION) or utility.region, row.get(STATE)
        for other in self._facts.utilities.values():
            serves = not other.states or state is None or state in other.states
            if other is not utility and serves and (other.region == region or state in other.states):
                yield other


def _doubt(form: FormatFacts) -> int:
    return list(Confidence).index(Confidence(form.confidence))


def _esi_id_of_other(utility: UtilityFacts, owner: Owner, number: str) -> RowFinding:
    context = {
        "utility": utility.name,
        "owner": owner.utility.name,
        "prefix": number[:7],
        "suggestion": owner.utility.code,
        "suggestion_field": UTILITY,
    }
    return RowFinding(
        "ESI_ID_OF_OTHER_UTILITY", UTILITY, context, blocks=owner.is_sure and utility.eia_number_confirmed
    )
