from django.db import migrations, models

from portal.storage import expanding


class Migration(expanding.Migration):
    """What customers of device links are asked and sign, and the fields of a device in Spanish."""

    dependencies = [
        ("programs", "0011_interval_columns"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="requiredinformation",
            name="one_row_per_information_asked",
        ),
        migrations.AddField(
            model_name="agreement",
            name="for_devices",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="On: signed by customers who come with a device. Off: by those who authorize a utility.",
                verbose_name="for device links",
            ),
        ),
        migrations.AddField(
            model_name="choice",
            name="label_es",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=128, verbose_name="label in Spanish"
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="help_es",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="help in Spanish"),
        ),
        migrations.AddField(
            model_name="field",
            name="label_es",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="For customers of device links. Empty: the English one.",
                max_length=128,
                verbose_name="label in Spanish",
            ),
        ),
        migrations.AddField(
            model_name="historicalagreement",
            name="for_devices",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="On: signed by customers who come with a device. Off: by those who authorize a utility.",
                verbose_name="for device links",
            ),
        ),
        migrations.AddField(
            model_name="historicalchoice",
            name="label_es",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=128, verbose_name="label in Spanish"
            ),
        ),
        migrations.AddField(
            model_name="historicalfield",
            name="help_es",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="help in Spanish"),
        ),
        migrations.AddField(
            model_name="historicalfield",
            name="label_es",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="For customers of device links. Empty: the English one.",
                max_length=128,
                verbose_name="label in Spanish",
            ),
        ),
        migrations.AddField(
            model_name="historicalrequiredinformation",
            name="for_devices",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="On: asked of customers who come with a device. Off: of those who authorize a utility.",
                verbose_name="for device links",
            ),
        ),
        migrations.AddField(
            model_name="requiredinformation",
            name="for_devices",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="On: asked of customers who come with a device. Off: of those who authorize a utility.",
                verbose_name="for device links",
            ),
        ),
        migrations.AddConstraint(
            model_name="requiredinformation",
            constraint=models.UniqueConstraint(
                fields=("transmission_region", "classification", "for_devices", "key"),
                name="one_row_per_information_asked",
            ),
        ),
    ]
