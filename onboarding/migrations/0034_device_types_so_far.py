"""The type of device of each connection that has one, from what its newest session says of a device."""

from django.db import migrations

AT_ONCE = 1000


def keep_device_types(apps, schema_editor):
    connections = apps.get_model("onboarding", "Connection").objects
    sessions = apps.get_model("onboarding", "ConnectSession").objects
    of_devices = sessions.filter(link__variant__endswith="_DEVICE").exclude(connection=None).order_by("pk")
    for session in of_devices.only("connection", "answers").iterator(AT_ONCE):
        if device_type := str(session.answers.get("device.device_type", "")):
            connections.filter(pk=session.connection_id).update(device_type=device_type)


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0033_connection_device_type"),
    ]

    operations = [
        migrations.RunPython(keep_device_types, migrations.RunPython.noop),
    ]
