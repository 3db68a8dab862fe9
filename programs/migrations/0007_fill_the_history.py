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
    """Add the present state of every row, all at one moment: upgrades changed some without a trace."""
    now = timezone.now()
    for name in DECIDING:
        model, history = apps.get_model("programs", name), apps.get_model("programs", f"Historical{name}")
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model.objects.all():
            values = {attribute: getattr(row, attribute) for attribute in names}
            about = {"history_date": now, "history_type": "~", "history_change_reason": CARRIED_OVER}
            state = history.objects.create(**values, **about)
            if name == "Program":
                _copy_utilities(apps, row, state)


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
