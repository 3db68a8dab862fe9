"""The index by which a customer who asks for a link is found."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0031_supplied_consents"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customeremail",
            index=models.Index(django.db.models.functions.text.Lower("to"), name="customer_email_by_address"),
        ),
    ]
