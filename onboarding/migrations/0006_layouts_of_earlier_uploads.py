"""What earlier uploads matched becomes their layout, so that their rows can be mended too. Going back needs nothing."""

from django.db import migrations


def fill(apps, schema_editor):
    Upload = apps.get_model("onboarding", "Upload")
    for upload in Upload.objects.filter(layout={}).exclude(columns=[]).only("pk", "columns").iterator(chunk_size=500):
        matched = {str(column["index"]): column.get("key", "") for column in upload.columns}
        upload.layout = {"columns": matched, "decided_by": "names"}
        upload.save(update_fields=["layout"])


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0005_mended_rows")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
