from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower


def index(name, *fields, **more):
    return migrations.AddIndex("meter", models.Index(*fields, name=name, **more))


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0006_normal_forms_of_identifiers")]

    operations = [
        migrations.AlterField(
            "meter",
            "reference_key",
            models.CharField(help_text="The reference in its normal form.", max_length=768),
        ),
        migrations.AddConstraint(
            "meter",
            models.UniqueConstraint(
                fields=["partner", "reference_key"],
                condition=Q(created_by="PARTNER"),
                name="one_partner_created_meter_per_reference",
            ),
        ),
        index("meter_by_reference_key", fields=["partner", "reference_key"]),
        index("meter_by_reference_letters", "partner", Lower("reference_key")),
        index("meter_by_serial", fields=["partner", "serial_key"], condition=~Q(serial_key="")),
        index("meter_by_account", fields=["partner", "account_key"], condition=~Q(account_key="")),
    ]
