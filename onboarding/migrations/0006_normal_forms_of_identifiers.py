"""Identifiers get their normal forms beside what was typed, and meters are searched by folded texts.

Twins are references of one partner that only look different, from the time when nothing kept them apart. The meter
that is spelled in the normal form gets it, else the oldest; the others keep what was typed as their key, and are told
in the log, so that somebody can give them references of their own.
"""

import logging

from django.db import migrations, models
from django.db.models import Count
from django.db.models.fields.json import KT

from onboarding.meters.search.folding import folded
from portal.storage.bulk import update
from programs.identifiers import account_key, reference_key, serial_key

AT_ONCE = 5_000
KEYS = ["reference_key", "account_key", "serial_key"]
SEARCHED = ["partner_reference", "customer_name", "street", "city", "postal_code", "account_number", "serial_number"]
SEARCHED += [KT("data__customer__end_customer_email"), KT("data__customer__end_customer_phone_number")]
ROW = ["partner_reference", KT("asset__utility__electric_service_account_number")]
ROW += [KT("asset__device__device_serial_number")]
logger = logging.getLogger(__name__)


def pages(model, columns):
    """Every row's primary key and these columns, a page at a time."""
    after = None
    while True:
        rows = model.objects.order_by("pk") if after is None else model.objects.order_by("pk").filter(pk__gt=after)
        page = list(rows.values_list("pk", *columns)[:AT_ONCE])
        if not page:
            return
        yield page
        after = page[-1][0]


def keys(reference, account, serial):
    return reference_key(reference), account_key(account or ""), serial_key(serial or "")


def forward(apps, schema_editor):
    meter, row, text = (apps.get_model("onboarding", name) for name in ("Meter", "UploadRow", "MeterText"))
    for page in pages(meter, ["partner_reference", "account_number", "serial_number"]):
        update(meter, KEYS, ((pk, *keys(*texts)) for pk, *texts in page))
    for page in pages(row, ROW):
        update(row, KEYS, ((pk, *keys(*texts)) for pk, *texts in page))
    for page in pages(text, ["meter__pk"]):
        pks = {meter_pk: pk for pk, meter_pk in page}
        lines = meter.objects.filter(pk__in=pks).values_list("pk", *SEARCHED)
        update(text, ["text"], ((pks[pk], "\n".join(folded(value or "") for value in values)) for pk, *values in lines))
    part_twins(meter)


def part_twins(meter):
    own = meter.objects.filter(created_by="PARTNER")
    groups = own.values_list("partner", "reference_key").annotate(count=Count("pk")).filter(count__gt=1).order_by()
    for partner, key, _ in groups:
        twins = list(own.filter(partner=partner, reference_key=key).order_by("pk"))
        holder = next((twin for twin in twins if twin.partner_reference == key), twins[0])
        for twin in twins:
            if twin is not holder:
                meter.objects.filter(pk=twin.pk).update(reference_key=twin.partner_reference)
                logger.warning("Meter %s has a reference that looks like that of meter %s.", twin.pk, holder.pk)


def backward(apps, schema_editor):
    """The texts as they were searched before."""
    meter, text = apps.get_model("onboarding", "Meter"), apps.get_model("onboarding", "MeterText")
    for page in pages(text, ["meter__pk"]):
        pks = {meter_pk: pk for pk, meter_pk in page}
        lines = meter.objects.filter(pk__in=pks).values_list("pk", *SEARCHED[:6])
        update(text, ["text"], ((pks[pk], "\n".join(values).lower()) for pk, *values in lines))


def key_field(**more):
    return models.CharField(blank=True, db_default="", max_length=768, **more)


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0005_digests_count_emails")]

    operations = [
        *(migrations.AddField("meter", name, key_field()) for name in KEYS),
        *(migrations.AddField("uploadrow", name, key_field()) for name in KEYS),
        migrations.RemoveConstraint("meter", "one_partner_created_meter_per_reference"),
        migrations.RemoveIndex("meter", "meter_by_serial"),
        migrations.RemoveIndex("meter", "meter_by_account"),
        migrations.RunPython(forward, backward),
    ]
