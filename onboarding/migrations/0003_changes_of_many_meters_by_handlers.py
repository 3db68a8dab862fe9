"""Which kinds of changes of many meters there are is code, not a column's choices; Leap's people have such changes, too."""

from django.db import migrations, models


def say_which_come_by_rows(apps, schema_editor):
    action = apps.get_model("onboarding", "BulkAction")
    action.objects.filter(kind__in=["change_reference", "participation"]).update(is_by_rows=True)


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0002_backlog_of_a_batch"),
        ("portal", "0001_tables_of_0_1_0"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="bulkrow", name="one_result_per_meter"),
        migrations.AddField(
            model_name="bulkaction",
            name="is_by_rows",
            field=models.BooleanField(default=False, help_text="Whether a spreadsheet says row by row what to do."),
        ),
        migrations.AlterField(
            model_name="bulkaction",
            name="kind",
            field=models.CharField(help_text="Which handler does it.", max_length=16),
        ),
        migrations.AlterField(
            model_name="bulkaction",
            name="partner",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=models.deletion.CASCADE, related_name="+", to="portal.partner"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", None)), fields=("action", "meter_id"), name="one_result_per_meter"
            ),
        ),
        migrations.RunPython(say_which_come_by_rows, migrations.RunPython.noop),
    ]
