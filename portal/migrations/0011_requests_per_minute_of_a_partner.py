import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """How often a partner's keys may call the API, where that is not what everybody may."""

    dependencies = [
        ("portal", "0010_permissions_of_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="partner",
            name="api_requests_per_minute",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Of each of its keys. Empty: as many as the portal allows everybody.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="API requests per minute",
            ),
        ),
    ]
