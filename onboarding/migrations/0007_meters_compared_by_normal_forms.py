"""The normal forms of identifiers are filled in, and meters are compared and found by them.

Twins are references of one partner that only look different, from the time when nothing kept them apart. The meter
that is spelled in the normal form gets it, else the oldest; the others keep what was typed as their key, and are told
in the log, so that somebody can give them references of their own.

Rows are written a page at a time, each page in a transaction of its own, and indexes are made while meters are read and
written. When it is stopped halfway it can be run again.
"""

import logging

from django.db import migrations, models, transaction
from django.db.models import Count, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

from portal.storage import expanding
from portal.storage.bulk import update
from programs.identifiers import account_key, reference_key, serial_key

AT_ONCE = 2_000
KEYS = ["reference_key", "account_key", "serial_key"]
TYPED = ["partner_reference", "account_number", "serial_number"]
ROW = ["partner_reference", KT("asset__utility__electric_service_account_number")]
ROW += [KT("asset__device__device_serial_number")]
UNIQUE = "one_partner_created_meter_per_reference"
logger = logging.getLogger(__name__)


def fill(apps, schema_editor):
    meter, row = (apps.get_model("onboarding", name) for name in ("Meter", "UploadRow"))
    with expanding.waiting_for_locks(schema_editor):
        for model, columns in ((meter, TYPED), (row, ROW)):
            after = None
            while (after := _fill_page(model, columns, after)) is not None:
                pass
    part_twins(meter)


def _fill_page(model, columns, after):
    """The next rows by primary key, which nobody changes meanwhile; returns the last one's key, None after the end."""
    with transaction.atomic():
        rows = model.objects.order_by("pk") if after is None else model.objects.order_by("pk").filter(pk__gt=after)
        page = list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", *columns, *KEYS)[:AT_ONCE])
        wanted = [(pk, _keys(*values[:3]), values[3:]) for pk, *values in page]
        # A reference's key that is there stays: that of a twin, or one that a trigger has filled in.
        update(model, KEYS, [(pk, held[0] or keys[0], *keys[1:]) for pk, keys, held in wanted if keys != held])
    return page[-1][0] if page else None


def _keys(reference, account, serial):
    return [reference_key(reference), account_key(account or ""), serial_key(serial or "")]


def part_twins(meter):
    own = meter.objects.filter(created_by="PARTNER")
    groups = own.values_list("partner", "reference_key").annotate(count=Count("pk")).filter(count__gt=1).order_by()
    for partner, key, _ in list(groups):
        twins = list(own.filter(partner=partner, reference_key=key).order_by("pk"))
        holder = next((twin for twin in twins if twin.partner_reference == key), twins[0])
        for twin in twins:
            if twin is not holder:
                meter.objects.filter(pk=twin.pk).update(reference_key=twin.partner_reference)
                logger.warning("Meter %s has a reference that looks like that of meter %s.", twin.pk, holder.pk)


def compare_by_keys(apps, schema_editor):
    """The new unique index first, so that there is one at any moment; then it takes the name of the old one."""
    with expanding.waiting_for_locks(schema_editor):
        _replace_unique(schema_editor, "reference_key")


def compare_by_references(apps, schema_editor):
    with expanding.waiting_for_locks(schema_editor):
        _replace_unique(schema_editor, "partner_reference")


def _replace_unique(editor, column):
    is_postgres = editor.connection.vendor == "postgresql"
    aside = " CONCURRENTLY" if is_postgres and not editor.connection.in_atomic_block else ""
    editor.execute(f"DROP INDEX{aside} IF EXISTS {UNIQUE}_new")
    made = f"ON onboarding_meter (partner_id, {column}) WHERE created_by = 'PARTNER'"
    if is_postgres:
        editor.execute(f"CREATE UNIQUE INDEX{aside} {UNIQUE}_new {made}")
        editor.execute(f"DROP INDEX{aside} IF EXISTS {UNIQUE}")
        editor.execute(f"ALTER INDEX {UNIQUE}_new RENAME TO {UNIQUE}")
    else:
        editor.execute(f"DROP INDEX IF EXISTS {UNIQUE}")
        editor.execute(f"CREATE UNIQUE INDEX {UNIQUE} {made}")


class KeepDefault(migrations.AlterField):
    """Of no effect in the database of PostgreSQL, where the column's default stays: version 0.2.0 does not fill it."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def index(name, *fields, **more):
    return expanding.AddIndexConcurrently("meter", models.Index(*fields, name=name, **more))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0006_normal_forms_of_identifiers")]

    operations = [
        # The triggers look for twins by this one.
        index("meter_by_reference_key", fields=["partner", "reference_key"]),
        migrations.RunPython(fill, migrations.RunPython.noop, atomic=False),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(compare_by_keys, compare_by_references, atomic=False)],
            state_operations=[
                migrations.RemoveConstraint("meter", UNIQUE),
                migrations.AddConstraint(
                    "meter",
                    models.UniqueConstraint(
                        fields=["partner", "reference_key"], condition=Q(created_by="PARTNER"), name=UNIQUE
                    ),
                ),
            ],
        ),
        KeepDefault(
            "meter",
            "reference_key",
            models.CharField(help_text="The reference in its normal form.", max_length=768),
        ),
        index("meter_by_reference_letters", "partner", Lower("reference_key")),
        expanding.RemoveIndexConcurrently("meter", "meter_by_serial"),
        index("meter_by_serial", fields=["partner", "serial_key"], condition=~Q(serial_key="")),
        expanding.RemoveIndexConcurrently("meter", "meter_by_account"),
        index("meter_by_account", fields=["partner", "account_key"], condition=~Q(account_key="")),
    ]
