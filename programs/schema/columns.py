"""The columns that a set of programs asks for: what templates, forms, guides and headers are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from programs.models import Field, FieldType, Needed

LIST_SLOTS = 3  # columns offered for a list of values (load_types.0 … load_types.2)
MOST_SLOTS = 10  # accepted at most of a list of objects (site.site_devices.0 … .9), and at least of a list of values


@dataclass(frozen=True, slots=True)
class When:
    """When a field is needed: the other field's key, the comparison (an Operator), the value; and all of it as text."""

    key: str
    operator: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key (dot path with indexes), its texts, its limits, and who needs it.

    needed_when: any of these makes it needed, when no program needs it whatever the other fields say.
    """

    key: str
    label: str
    type: str
    section: str
    required: str  # "always", "program" or "optional"
    required_by: tuple[str, ...] = ()
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    personal: bool = False
    hidden: bool = False
    verified: bool = False
    notes: tuple[str, ...] = ()
    needed_when: tuple[When, ...] = ()
    published_name: str = ""

    @property
    def name(self) -> str:
        """The label as people say it: the first of a list is numbered in a sheet alone, beside the second."""
        return self.label.removesuffix(" 1") if ".0" in self.key else self.label


@dataclass(frozen=True, slots=True)
class Asked:
    """What the chosen programs say of one field, taken together."""

    required_by: tuple[str, ...] = ()
    needed_when: tuple[When, ...] = ()
    hidden: bool = False
    notes: tuple[str, ...] = ()
    verified: bool = True
    offered: bool = False


def slots_of(field: Field) -> int:
    """How many columns of a field are accepted: one, or for a list as many as it can hold."""
    if "[]" not in field.path:
        return 1
    choices = len(field.choice_list.options) if field.choice_list and field.path.endswith("[]") else 0
    return max(MOST_SLOTS, choices)


def columns_of(fields: Sequence[Field], asked: Mapping[str, Asked]) -> tuple[Column, ...]:
    """Every column of these fields in sheet order.

    A list of values has one column per slot; a list of objects has all columns of its first object, then of the
    second. Slots beyond those offered are hidden, and still accepted.
    """
    keyed: list[tuple[int, int, int, Column]] = []
    for position, field in enumerate(fields):
        demand = asked.get(field.path, Asked())
        group = next(
            index for index, other in enumerate(fields) if other.path.split("[]")[0] == field.path.split("[]")[0]
        )
        for slot in range(slots_of(field)):
            keyed.append((group, slot, position, _column(field, demand, slot)))
    return tuple(column for *_, column in sorted(keyed, key=lambda entry: entry[:3]))


def _column(field: Field, demand: Asked, slot: int) -> Column:
    is_list, is_in_list = field.path.endswith("[]"), "[]." in field.path
    key = field.path.replace("[]", f".{slot}")
    label = f"{field.label} {slot + 1}" if is_list or is_in_list else field.label
    first = slot == 0
    always = field.needed == Needed.ALWAYS and first
    required_by = demand.required_by if first else ()
    beyond = slot >= (LIST_SLOTS if is_list else 1)
    hidden = demand.hidden or beyond or field.deprecated or (is_in_list and not (demand.required_by or demand.offered))
    aliases = (*field.aliases, field.label) if is_list else tuple(field.aliases)
    return Column(
        key=key,
        label=label,
        type="choice" if field.type == FieldType.CHOICES else field.type,
        section=field.section,
        required="always" if always else "program" if required_by else "optional",
        required_by=required_by,
        unit=field.unit,
        choices=_choices(field),
        help=field.help,
        example=field.example if first or not is_list else "",
        aliases=aliases if not (is_list or is_in_list) else numbered(aliases, slot, plain=is_list and first),
        minimum=field.minimum,
        maximum=field.maximum,
        min_length=field.min_length,
        max_length=field.max_length,
        pattern=field.pattern,
        personal=field.personal,
        hidden=hidden,
        verified=field.verified and demand.verified,
        notes=demand.notes,
        needed_when=demand.needed_when if required_by else (),
        published_name=field.published_name,
    )


def _choices(field: Field) -> tuple[tuple[str, str], ...]:
    if field.choice_list is None:
        return ()
    return tuple((option.value, option.label) for option in field.choice_list.options if option.is_offered)


def numbered(aliases: Sequence[str], slot: int, *, plain: bool) -> tuple[str, ...]:
    """The aliases of a list's slot: "load type 1", and the bare name for the first slot of a list of values."""
    with_number = [f"{alias} {slot + 1}" for alias in aliases]
    return (*aliases, *with_number) if plain else tuple(with_number)
