"""Rules about several fields of one row: small pure functions over typed values, some with facts of the catalogue.

A rule returns findings, each of which may stop the row; it never changes a value and ignores absent ones.
"""

from collections.abc import Collection, Mapping

from programs.schema.crossfield.accounts import account_rules
from programs.schema.crossfield.batteries import UsualRange, battery_rules
from programs.schema.crossfield.customers import customer_rules
from programs.schema.crossfield.dates import date_rules
from programs.schema.crossfield.facts import Facts, facts_of_catalogue
from programs.schema.crossfield.identifiers import identifier_rules
from programs.schema.crossfield.places import place_rules
from programs.schema.crossfield.problems import KINDS
from programs.schema.crossfield.rule import CrossCheck, RowFinding

__all__ = ["ROW_CODES", "CrossCheck", "Facts", "RowFinding", "UsualRange", "cross_check", "facts_of_catalogue"]

ROW_CODES = frozenset(kind.code for kind in KINDS)  # what is said of a row as a whole, not of one cell


def cross_check(facts: Facts, keys: Collection[str], usual: Mapping[str, UsualRange]) -> CrossCheck:
    """All rules, for these facts and the keys that the catalogue has. usual: key to usual range."""
    return CrossCheck(
        [
            *place_rules(facts, keys),
            *account_rules(facts),
            *date_rules(),
            *identifier_rules(),
            *battery_rules(keys, usual),
            *customer_rules(keys),
        ]
    )
