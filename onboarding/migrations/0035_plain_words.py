"""Labels of choices and fields as the portal says them now; nothing of the data changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0034_device_types_so_far"),
    ]

    operations = [
        migrations.AlterField(
            model_name="bulkrow",
            name="result",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting for your confirmation"),
                    ("changed", "Changed"),
                    ("replaced", "Changed; an earlier time in these days gave way"),
                    ("same", "No change needed"),
                    ("meanwhile", "Changed since you saw it, so it was left"),
                    ("gone", "Not there any more"),
                    ("refused", "Cannot be done"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="checkrecord",
            name="action_type",
            field=models.CharField(
                choices=[
                    ("NO_MISSING_FIELDS", "Required fields are filled"),
                    ("IS_AUTHORIZED", "The customer authorized utility data"),
                    ("IS_ELIGIBLE", "The meter fits the program"),
                    ("ADDRESS", "The address is in the program's area"),
                    ("NOT_ENROLLED_IN_CONFLICTING_PROGRAM", "In no program that excludes this one"),
                    ("MEETS_EXTRA_PROGRAM_REQUIREMENTS", "The program's own limits are met"),
                    ("GENERATOR", "Generator facts are complete"),
                    ("PARTICIPATING", "The meter participates"),
                    ("DOCUMENTS_SIGNED", "Documents are signed"),
                    ("HAS_AMI", "The site has an interval meter"),
                    ("HAS_MARKET_REGISTRATION", "Registered in the market"),
                    ("HAS_NOMINATIONS", "Nominations are set"),
                    ("HAS_BIDDING_STRATEGY", "A bidding strategy is set"),
                    ("IS_ASSIGNED_TO_A_RESOURCE", "Assigned to a resource"),
                ],
                max_length=40,
                verbose_name="item of the checklist",
            ),
        ),
    ]
