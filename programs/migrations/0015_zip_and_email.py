"""Labels of fields as the portal writes "ZIP code" and "email" now. Labels that an admin has changed stay."""

from django.db import migrations

LABELS = {
    "customer.postal_code": ("Zip code", "ZIP code"),
    "customer.billing.postal_code": ("Billing zip code", "Billing ZIP code"),
    "customer.end_customer_email": ("Customer e-mail", "Customer email"),
}
HELP = ("Two letters, or the name.", "The state where the meter is.")


def write(apps, schema_editor):
    fields = apps.get_model("programs", "Field").objects
    for path, (was, now) in LABELS.items():
        for field in fields.filter(path=path, label=was):
            field.label, field.aliases = now, [*field.aliases, *([] if was.lower() in field.aliases else [was.lower()])]
            field.save(update_fields=["label", "aliases"])
    fields.filter(path="customer.state_or_province_code", help=HELP[0]).update(help=HELP[1])


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0014_plain_labels"),
    ]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
