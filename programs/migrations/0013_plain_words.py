"""Labels of choices and fields as the portal says them now; nothing of the data changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0012_what_device_customers_are_asked"),
    ]

    operations = [
        migrations.AlterField(
            model_name="checkkind",
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
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="field",
            name="type",
            field=models.CharField(
                choices=[
                    ("text", "Text"),
                    ("code", "Code in capital letters"),
                    ("identifier", "Identifier (account, serial number)"),
                    ("zip", "Zip code"),
                    ("email", "Email address"),
                    ("phone", "Telephone number"),
                    ("number", "Number"),
                    ("integer", "Whole number"),
                    ("date", "Date"),
                    ("boolean", "Yes or no"),
                    ("choice", "One of a list"),
                    ("choices", "Several of a list"),
                ],
                default="text",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="historicalcheckkind",
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
                db_index=True,
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="historicalfield",
            name="type",
            field=models.CharField(
                choices=[
                    ("text", "Text"),
                    ("code", "Code in capital letters"),
                    ("identifier", "Identifier (account, serial number)"),
                    ("zip", "Zip code"),
                    ("email", "Email address"),
                    ("phone", "Telephone number"),
                    ("number", "Number"),
                    ("integer", "Whole number"),
                    ("date", "Date"),
                    ("boolean", "Yes or no"),
                    ("choice", "One of a list"),
                    ("choices", "Several of a list"),
                ],
                default="text",
                max_length=16,
            ),
        ),
    ]
