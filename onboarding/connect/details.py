"""What a customer types, by the catalogue's rules: those of a sheet's row, told in a customer's words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from onboarding.connect.models import ConnectSession
from portal.problems import Problem, shown
from programs.models import RequiredInformation
from programs.schema import Checked, schema_for

# The fields of the asset that Connect's required information fills.
FIELD_OF_DETAIL: Final = {
    "customer_name": "customer.end_customer_name",
    "company_name": "customer.end_customer_company_name",
    "title": "customer.end_customer_title",
    "email": "customer.end_customer_email",
    "phone": "customer.end_customer_phone_number",
    "street": "customer.street_1",
    "city": "customer.city",
    "state": "customer.state_or_province_code",
    "postal_code": "customer.postal_code",
    "account_number": "utility.electric_service_account_number",
}
# Warnings about what spreadsheet programs do to values: whoever types into a page has nothing to check.
_ABOUT_SPREADSHEETS: Final = frozenset({"DIGITS_PERHAPS_LOST", "IDENTIFIER_TAIL_CUT", "TEXT_CONVERTED", "ZIP_RESTORED"})
_OWN_WORDS: Final = {
    "DATE_TO_COME": "CONNECT_DATE_TO_COME",
    "ZIP_OF_OTHER_STATE": "CONNECT_ZIP_OF_OTHER_STATE",
    "ZIP_UNKNOWN": "CONNECT_ZIP_UNUSABLE",
    "NOT_A_ZIP": "CONNECT_ZIP_UNUSABLE",
}


def cells_of_details(session: ConnectSession, answers: Mapping[str, object]) -> dict[str, str]:
    """What the link and the details say of an asset, field key to text."""
    fixed = {
        "transmission_region": session.link.transmission_region,
        "customer_classification": session.link.classification,
        "customer.country_code": "US",
    }
    details = {path: str(answers.get(key, "")) for key, path in FIELD_OF_DETAIL.items()}
    return fixed | {path: text for path, text in details.items() if text}


def problems_of_details(
    session: ConnectSession, answers: Mapping[str, str], information: Iterable[RequiredInformation]
) -> list[Problem]:
    """What is wrong with a customer's details, or doubtful, by the details' own keys."""
    checked = schema_for().check_part(cells_of_details(session, answers))
    doubts = {problem.field: problem for problem in doubts_of(checked)}
    return [
        for_customers(
            doubts[path], key=asked.key, value=answers.get(asked.key, ""), label=asked.label_in(session.language)
        )
        for asked in information
        if (path := FIELD_OF_DETAIL.get(asked.key, "")) in doubts
    ]


def doubts_of(checked: Checked) -> list[Problem]:
    """What a customer is asked to check, the first of each field: a sheet is refused for it, or gets a warning."""
    doubts = [*checked.problems, *(one for one in checked.warnings if one.code not in _ABOUT_SPREADSHEETS)]
    return list({problem.field: problem for problem in reversed(doubts)}.values())


def for_customers(problem: Problem, *, key: str, value: str, label: str, example: str = "") -> Problem:
    """A problem of the catalogue's rules in a customer's words. example: the column's own where it is empty."""
    facts = problem.context
    sample = str(facts.get("sample", "")) or example or schema_for().column(problem.field).example
    context = {name: str(facts[name]) for name in ("state", "real") if name in facts}
    code = _OWN_WORDS.get(problem.code, "CONNECT_VALUE_UNUSABLE")
    return Problem(code, key, shown(value), {"label": label, "example": sample, **context})


def in_order(problems: Iterable[Problem], keys: Sequence[str]) -> list[Problem]:
    """One problem of each field, in the order of the page's fields; what is about none of them comes last."""
    first = {problem.field: problem for problem in reversed(list(problems))}
    places = {key: place for place, key in enumerate(keys)}
    return sorted(first.values(), key=lambda problem: places.get(problem.field, len(places)))
