"""The meters of a list as it shows them: the HTML of every cell made here, since a template's own ways take long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from onboarding.meters.models import Meter
from onboarding.meters.shown_columns import ShownColumn, with_assets


@dataclass(frozen=True, slots=True)
class ListRow:
    """One meter in the table: what its box and its link need, and the cells of the chosen columns."""

    pk: str
    reference: str
    cells: SafeString


def list_rows(meters: Iterable[Meter], columns: Sequence[ShownColumn]) -> list[ListRow]:
    """The rows of these meters, read with `reading` of the same columns."""
    made = [(column.opening, column.html) for column in columns]
    return [
        ListRow(
            pk=str(meter.pk),
            reference=meter.partner_reference,
            cells=mark_safe("".join([f"{opening}{html(meter, flat)}</td>" for opening, html in made])),  # noqa: S308  each column escapes
        )
        for meter, flat in with_assets(meters, columns)
    ]
