"""The backlog of search texts names its batch by ID only, so that the room of meters knows no upload."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_tables_of_0_1_0")]

    operations = [
        migrations.AlterField(
            model_name="textbacklog",
            name="upload",
            field=models.UUIDField(db_column="upload_id", primary_key=True, serialize=False),
        ),
        migrations.RenameField(model_name="textbacklog", old_name="upload", new_name="batch"),
    ]
