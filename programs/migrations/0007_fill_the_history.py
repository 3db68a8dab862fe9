from django.db import migrations
from django.utils import timezone

CARRIED_OVER = "as an upgrade left it"
DECIDING = (
    "Field",
    "Requirement",
    "Program",
    "DeliveryPeriod",
    "Deadline",
    "CheckKind",
    "ProgramCheck",
    "Conflict",
)


def fill(apps, schema_editor):
    """Add the present state of each row whose history does not end with it: an upgrade changed it without a trace."""
    now = timezone.now()
    for name in DECIDING:
        model, history = apps.get_model("programs", name), apps.get_model("programs", f"Historical{name}")
        names = [field.attname for field in model._meta.concrete_fields if field.attname != "updated_at"]
        latest = {}
        for state in history.objects.order_by("history_date", "history_id"):
            latest[state.id] = state
        for row in model.objects.all():
            values = {attribute: getattr(row, attribute) for attribute in names}
            state = latest.get(row.pk)
            is_same = state is not None and all(getattr(state, key) == value for key, value in values.items())
            if is_same and (name != "Program" or _has_its_utilities(apps, row, state)):
                continue
            about = {"history_date": now, "history_type": "~" if state else "+", "history_change_reason": CARRIED_OVER}
            written = history.objects.create(**values, updated_at=row.updated_at, **about)
            if name == "Program":
                _copy_utilities(apps, row, written)


def _has_its_utilities(apps, program, state):
    kept = apps.get_model("programs", "HistoricalProgram_utilities").objects.filter(history=state)
    return set(kept.values_list("utility", flat=True)) == set(program.utilities.values_list("pk", flat=True))


def _copy_utilities(apps, program, state):
    kept = apps.get_model("programs", "HistoricalProgram_utilities").objects
    for utility in program.utilities.all():
        through = program.utilities.through.objects.get(program=program, utility=utility)
        kept.create(history=state, program_id=program.pk, utility_id=utility.pk, id=through.pk)


def unfill(apps, schema_editor):
    for name in DECIDING:
        apps.get_model("programs", f"Historical{name}").objects.filter(history_change_reason=CARRIED_OVER).delete()


class Migration(migrations.Migration):
    """From here on the history tells what the catalogue was: evaluations of past moments are made by it."""

    dependencies = [("programs", "0006_passed_deadlines")]

    operations = [migrations.RunPython(fill, unfill)]
