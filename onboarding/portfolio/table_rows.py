"""The rows of the list of meters as HTML, made here because rendering a template for each row is slow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from onboarding.meters.models import Meter
from onboarding.portfolio.columns import ShownColumn, with_assets

# Key of a column: the sort orders that go up and down by it.
_ORDERS = {
    "partner_reference": ("reference", "-reference"),
    "place": ("city", "-city"),
    "created_at": ("oldest", "newest"),
    "updated_at": ("-changed", "changed"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. sort: the order that a click asks for, "" for none. order: aria-sort's word, or ""."""

    label: str
    is_number: bool = False
    sort: str = ""
    order: str = ""

    @classmethod
    def of(cls, key: str, label: str, *, is_number: bool, sort: str) -> "Head":
        up, down = _ORDERS.get(key, ("", ""))
        order = {up: "ascending", down: "descending"}.get(sort, "")
        return cls(label, is_number, down if sort == up else up, order)


def list_heads(columns: Sequence[ShownColumn], sort: str) -> list[Head]:
    """The heads of the list, the reference first, as `sort` orders it now."""
    first = Head.of("partner_reference", "Partner reference", is_number=False, sort=sort)
    return [first, *(Head.of(one.key, one.label, is_number=one.is_number, sort=sort) for one in columns)]


def list_rows(meters: Iterable[Meter], columns: Sequence[ShownColumn]) -> list[SafeString]:
    """The rows of these meters, read with `reading` of the same columns."""
    made = [(column.opening, column.html) for column in columns]
    list_url = reverse("meters")
    rows = []
    for meter, flat in with_assets(meters, columns):
        cells = "".join([f"{opening}{html(meter, flat)}</td>" for opening, html in made])
        rows.append(_ROW.format(pk=meter.pk, reference=escape(meter.partner_reference), list_url=list_url, cells=cells))
    return [mark_safe(row) for row in rows]  # noqa: S308  each column escapes


_ROW = """
<tr>
<td class="no-print" data-label="Choose"><input class="form-check-input" type="checkbox" name="meter" value="{pk}" aria-label="Choose {reference}"></td>
<th scope="row" data-label="Partner reference" class="break-anywhere"><a href="{list_url}{pk}/">{reference}</a></th>
{cells}
</tr>"""  # noqa: E501  HTML is not broken
