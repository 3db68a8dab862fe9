"""Fills the new column serial_number from the assets that are there. Going back needs nothing: the column goes."""

from django.db import migrations


def fill(apps, schema_editor):
    Meter = apps.get_model("onboarding", "Meter")
    waiting = []
    for meter in Meter.objects.only("pk", "data").iterator(chunk_size=2000):
        serial = (meter.data.get("device") or {}).get("device_serial_number")
        if serial:
            meter.serial_number = serial[:256]
            waiting.append(meter)
        if len(waiting) >= 2000:
            Meter.objects.bulk_update(waiting, ["serial_number"])
            waiting = []
    Meter.objects.bulk_update(waiting, ["serial_number"])


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0002_staged_rows_in_rounds")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
