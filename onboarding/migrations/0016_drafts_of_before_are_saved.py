from typing import Any

from django.db import migrations
from django.db.models import F


def keep_listed(apps: Any, schema_editor: Any) -> None:
    """Until now every open draft was listed, so somebody may count on any of them."""
    drafts = apps.get_model("onboarding", "MeterDraft").objects.using(schema_editor.connection.alias)
    drafts.filter(written_meter=None).update(is_saved=True, changed_by=F("user"))


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0015_saved_drafts"),
    ]

    operations = [
        migrations.RunPython(keep_listed, migrations.RunPython.noop),
    ]
