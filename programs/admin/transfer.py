"""Import and export of the catalogue's tables: rows are named by their natural keys, and every import is validated.

A cell that a spreadsheet program would run as a formula goes out with an apostrophe before it, and comes back without.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import tablib  # type: ignore[import-untyped]  # has no stubs
from django.core.exceptions import ValidationError
from django.db import models
from import_export import fields, resources
from import_export.formats.base_formats import CSV, XLSX
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget, Widget

from portal.admin.days import FIRST_YEAR, LAST_YEAR
from portal.web.days import Reading, day_of, day_or_moment, is_midnight, read_moment
from programs.admin.cautions import change_of_zone, overlaps
from programs.admin.limits import fault_of_dates, refuse_faults
from programs.impact import answers
from programs.models import (
    AccountFormat,
    Agreement,
    CheckKind,
    Choice,
    ChoiceList,
    Conflict,
    Deadline,
    DeliveryPeriod,
    Field,
    Footnote,
    IntervalColumn,
    IntervalDataRule,
    Program,
    ProgramCheck,
    ProgramFact,
    Region,
    RequiredInformation,
    Requirement,
    State,
    UnknownSeason,
    Utility,
)
from programs.schema.coerce import fault_of_default

_YES, _NO = {"1", "yes", "true"}, {"0", "no", "false"}
_LEADS = ("=", "+", "-", "@", "\t", "\r", "'")


def escaped(value: object) -> object:
    """The value as a spreadsheet shows and never runs it. A plain number stays one."""
    if not isinstance(value, str) or not value.startswith(_LEADS):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def unescaped(value: object) -> object:
    if value is None:  # an empty cell of a workbook, where CSV has an empty text
        return ""
    return value[1:] if isinstance(value, str) and value[:1] == "'" and value[1:].startswith(_LEADS) else value


def _mapped(dataset: tablib.Dataset, change: Callable[[object], object]) -> tablib.Dataset:
    rows = [[change(cell) for cell in row] for row in dataset]
    return tablib.Dataset(*rows, headers=dataset.headers)


class SafeCSV(CSV):
    """CSV whose cells are never formulas."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: object) -> object:
        return super().export_data(_mapped(dataset, escaped), **kwargs)

    def create_dataset(self, in_stream: object, **kwargs: object) -> tablib.Dataset:
        return _mapped(super().create_dataset(in_stream, **kwargs), unescaped)


class SafeXLSX(XLSX):
    """Excel workbooks whose cells are never formulas."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: object) -> object:
        return super().export_data(_mapped(dataset, escaped), **kwargs)

    def create_dataset(self, in_stream: object) -> tablib.Dataset:
        return _mapped(super().create_dataset(in_stream), unescaped)


class ListWidget(Widget):
    """A list of words in one cell, separated by bars."""

    def clean(self, value: object, row: object = None, **kwargs: object) -> list[str]:
        return [part.strip() for part in str(value or "").split("|") if part.strip()]

    def render(self, value: Iterable[object] | None, obj: object = None, **kwargs: object) -> str:
        return "|".join(str(part) for part in value or [])


class BooleanWidget(Widget):
    """Yes or no, as people and spreadsheets write it. What is neither is refused."""

    def clean(self, value: object, row: object = None, **kwargs: object) -> bool:
        word = str(value if value is not None else "").strip().casefold()
        if word not in _YES | _NO:
            raise ValueError(f"“{value}” is not yes or no. Enter yes or no.")
        return word in _YES

    def render(self, value: object, obj: object = None, **kwargs: object) -> str:
        return "1" if value else "0"


class NamedWidget(ForeignKeyWidget):
    """Another row by its natural key. An unknown one is reported by its name."""

    def clean(self, value: object, row: object = None, **kwargs: object) -> object:
        try:
            return super().clean(value, row, **kwargs)
        except self.model.DoesNotExist:
            name = self.model._meta.verbose_name
            raise ValueError(f"There is no {name} “{value}”. Take the {self.field} of one that there is.") from None


class NamedManyWidget(ManyToManyWidget):
    """Other rows by their natural keys, separated by bars. Unknown ones are reported, not left out."""

    def clean(self, value: object, row: object = None, **kwargs: object) -> object:
        names = {name.strip() for name in str(value or "").split(self.separator) if name.strip()}
        rows = self.model.objects.filter(**{f"{self.field}__in": names})
        unknown = names - set(map(str, rows.values_list(self.field, flat=True)))
        if unknown:
            kind = self.model._meta.verbose_name
            raise ValueError(
                f"There is no {kind} “{', '.join(sorted(unknown))}”. Take the {self.field} of one that there is."
            )
        return rows


class _Resource(resources.ModelResource):
    """Rows of one table. What the admin's forms would refuse, an import refuses too."""

    @classmethod
    def widget_from_django_field(cls, f: object, default: object = Widget) -> object:
        if isinstance(f, models.BooleanField):
            return BooleanWidget
        return ListWidget if isinstance(f, models.JSONField) else super().widget_from_django_field(f, default)

    def validate_instance(self, instance: models.Model, *args: object, **kwargs: object) -> None:
        super().validate_instance(instance, *args, **kwargs)
        refuse_faults(instance)

    def before_import(self, dataset: tablib.Dataset, **kwargs: object) -> None:
        super().before_import(dataset, **kwargs)
        self._said, self._saved = list[str](), list[DeliveryPeriod]()

    def cautions(self) -> list[str]:
        """What is allowed and seldom meant about the rows, to be said before they are imported."""
        return self._said

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: object) -> None:
        """Keep in a dry run's result what is to be said of it, and the rules as they would be, before it is undone."""
        super().after_import(dataset, result, **kwargs)
        result.cautions = self.cautions()
        is_whole = not result.has_errors() and not result.has_validation_errors()
        if self._is_dry_run(kwargs) and is_whole and (how := answers()):
            result.rules = how.rules()

    class Meta:
        abstract = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        exclude = ["id", "updated_at"]


class _DayColumn(fields.Field):
    """A moment as a local day of the row's program, or with its time and offset when it is no local midnight."""

    def __init__(self, name: str, reading: Reading, program: str) -> None:
        """program: the column that names the program, alone or before a slash."""
        super().__init__(attribute=name, column_name=name)
        self.reading, self._program = reading, program

    def clean(self, row: Mapping[str, object], **kwargs: object) -> datetime | None:
        value = row[self.column_name]
        if value in self.empty_values:
            return None
        said = day_or_moment(value)
        if said is None:
            raise ValueError(
                f"“{value}” is not a date. Enter a local date such as 2027-02-14, or a time with its offset "
                "such as 2027-02-14 17:00-08:00."
            )
        if not FIRST_YEAR <= said.year <= LAST_YEAR:
            raise ValueError(f"The year must be between {FIRST_YEAR} and {LAST_YEAR}.")
        identifier = str(row.get(self._program) or "").partition("/")[0]
        program = Program.objects.filter(identifier=identifier).first()
        return read_moment(said, program.zone, self.reading) if program else None

    def export(self, instance: Any, **kwargs: object) -> str:
        value = self.get_value(instance)
        if not isinstance(value, datetime):
            return ""
        row = getattr(instance, "period", instance)
        zone = row.program.zone
        if is_midnight(value, zone):
            return day_of(value, zone, self.reading).isoformat()
        return value.astimezone(zone).isoformat(sep=" ")


class PeriodWidget(ForeignKeyWidget):
    """A delivery period as program/name."""

    def clean(self, value: object, row: object = None, **kwargs: object) -> DeliveryPeriod | None:
        program, _, name = str(value or "").partition("/")
        if not program:
            return None
        period = DeliveryPeriod.objects.filter(program__identifier=program, name=name).first()
        if period is None:
            raise ValueError(f"There is no delivery period “{value}”. Enter it as program/name.")
        return period

    def render(self, value: DeliveryPeriod | None, obj: object = None, **kwargs: object) -> str:
        return f"{value.program.identifier}/{value.name}" if value else ""


def _related(name: str, model: type[models.Model], by: str) -> fields.Field:
    return fields.Field(attribute=name, column_name=name, widget=NamedWidget(model, by))


def _many(name: str, model: type[models.Model], by: str) -> fields.Field:
    return fields.Field(attribute=name, column_name=name, widget=NamedManyWidget(model, separator="|", field=by))


class RegionResource(_Resource):
    class Meta(_Resource.Meta):
        model = Region
        import_id_fields = ["code"]


class UtilityResource(_Resource):
    class Meta(_Resource.Meta):
        model = Utility
        import_id_fields = ["code"]


class StateResource(_Resource):
    class Meta(_Resource.Meta):
        model = State
        import_id_fields = ["code"]


class AccountFormatResource(_Resource):
    utility = _related("utility", Utility, "code")

    class Meta(_Resource.Meta):
        model = AccountFormat
        import_id_fields = ["utility", "name"]


class AgreementResource(_Resource):
    class Meta(_Resource.Meta):
        model = Agreement
        import_id_fields = ["code", "version"]


class RequiredInformationResource(_Resource):
    class Meta(_Resource.Meta):
        model = RequiredInformation
        import_id_fields = ["transmission_region", "classification", "for_devices", "key"]


class FootnoteResource(_Resource):
    class Meta(_Resource.Meta):
        model = Footnote
        import_id_fields = ["key"]


class ProgramResource(_Resource):
    region = _related("region", Region, "code")
    utilities = _many("utilities", Utility, "code")
    footnotes = _many("footnotes", Footnote, "key")

    def before_save_instance(self, instance: Program, row: object, **kwargs: object) -> None:
        before = Program.objects.filter(pk=instance.pk).exclude(time_zone=instance.time_zone).first()
        if before:
            self._said += change_of_zone(instance, before.zone, keeps_days=False)

    class Meta(_Resource.Meta):
        model = Program
        import_id_fields = ["identifier"]


class PeriodResource(_Resource):
    program = _related("program", Program, "identifier")
    starts_at = _DayColumn("starts_at", Reading.BEGINS, "program")
    ends_at = _DayColumn("ends_at", Reading.LAST_DAY, "program")

    def validate_instance(self, instance: models.Model, *args: object, **kwargs: object) -> None:
        super().validate_instance(instance, *args, **kwargs)
        assert isinstance(instance, DeliveryPeriod)
        if fault := fault_of_dates(instance):
            raise ValidationError({"ends_at": fault})

    def after_save_instance(self, instance: DeliveryPeriod, row: object, **kwargs: object) -> None:
        self._saved.append(instance)

    def cautions(self) -> list[str]:
        return overlaps(self._saved)

    class Meta(_Resource.Meta):
        model = DeliveryPeriod
        import_id_fields = ["program", "name"]


class DeadlineResource(_Resource):
    """A row names its deadline by period and day. A second row for the same, and a second deadline, are refused."""

    period = fields.Field(attribute="period", column_name="period", widget=PeriodWidget(DeliveryPeriod))
    deadline_at = _DayColumn("deadline_at", Reading.CLOSES, "period")
    activation_at = _DayColumn("activation_at", Reading.BEGINS, "period")

    def before_import(self, dataset: tablib.Dataset, **kwargs: object) -> None:
        super().before_import(dataset, **kwargs)
        self._rows = dict[tuple[int, date], object]()

    def get_instance(self, instance_loader: object, row: object) -> Deadline | None:
        """The deadline that a row names; none for one with a cell that is not read, which is refused by its cell."""
        try:
            return super().get_instance(instance_loader, row)
        except ValueError:
            return None

    def import_instance(self, instance: Deadline, row: object, **kwargs: object) -> None:
        super().import_instance(instance, row, **kwargs)
        if not (instance.period_id and instance.deadline_at):
            return
        number = kwargs["row_number"]
        first = self._rows.setdefault((instance.period_id, instance.day), number)
        if first != number:
            raise ValidationError({"deadline_at": f"Row {first} names the deadline of this day and period already."})

    class Meta(_Resource.Meta):
        model = Deadline
        import_id_fields = ["period", "deadline_at"]


class ChoiceListResource(_Resource):
    class Meta(_Resource.Meta):
        model = ChoiceList
        import_id_fields = ["name"]


class ChoiceResource(_Resource):
    choice_list = _related("choice_list", ChoiceList, "name")

    class Meta(_Resource.Meta):
        model = Choice
        import_id_fields = ["choice_list", "value"]


class FieldResource(_Resource):
    choice_list = _related("choice_list", ChoiceList, "name")

    class Meta(_Resource.Meta):
        model = Field
        import_id_fields = ["path"]

    def validate_instance(self, instance: models.Model, *args: object, **kwargs: object) -> None:
        super().validate_instance(instance, *args, **kwargs)
        assert isinstance(instance, Field)
        if fault := fault_of_default(instance):
            raise ValidationError({"default": fault})


class RequirementResource(_Resource):
    """Without a natural key of its own (one field may have several rows), a requirement is named by its number."""

    program = _related("program", Program, "identifier")
    field = _related("field", Field, "path")
    condition_field = _related("condition_field", Field, "path")

    class Meta(_Resource.Meta):
        model = Requirement
        exclude = ["updated_at"]
        import_id_fields = ["id"]


class CheckKindResource(_Resource):
    class Meta(_Resource.Meta):
        model = CheckKind
        import_id_fields = ["action_type"]


class ProgramCheckResource(_Resource):
    program = _related("program", Program, "identifier")
    kind = _related("kind", CheckKind, "action_type")

    class Meta(_Resource.Meta):
        model = ProgramCheck
        import_id_fields = ["program", "kind"]


class ConflictResource(_Resource):
    """Without a natural key of its own (a pair may have several rows), a conflict is named by its number."""

    program = _related("program", Program, "identifier")
    other = _related("other", Program, "identifier")
    utility = _related("utility", Utility, "code")
    said_by = _related("said_by", Field, "path")

    class Meta(_Resource.Meta):
        model = Conflict
        exclude = ["updated_at"]
        import_id_fields = ["id"]


class ProgramFactResource(_Resource):
    """Without a natural key of its own (a program has several facts about one thing), a fact is named by its number."""

    program = _related("program", Program, "identifier")
    period = fields.Field(attribute="period", column_name="period", widget=PeriodWidget(DeliveryPeriod))

    class Meta(_Resource.Meta):
        model = ProgramFact
        exclude = ["updated_at"]
        import_id_fields = ["id"]


class UnknownSeasonResource(_Resource):
    program = _related("program", Program, "identifier")

    class Meta(_Resource.Meta):
        model = UnknownSeason
        import_id_fields = ["program", "starts_on", "classification"]


class IntervalDataRuleResource(_Resource):
    program = _related("program", Program, "identifier")

    class Meta(_Resource.Meta):
        model = IntervalDataRule
        import_id_fields = ["program"]


class IntervalColumnResource(_Resource):
    class Meta(_Resource.Meta):
        model = IntervalColumn
        import_id_fields = ["data_type"]
