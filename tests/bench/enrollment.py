"""Evaluating a portfolio, and one meter after an edit.

python -m tests.bench.enrollment COUNT, with the database in DATABASE_URL and an empty data directory in DATA_DIR.
Prints one line of JSON: how many meters were evaluated and written in how many seconds, and the milliseconds of one.
"""

import io
import json
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django first
from django.db import connection  # noqa: E402  Django first

from onboarding.enrollment.domain import re_evaluate  # noqa: E402  Django first
from onboarding.enrollment.models import Enrollment  # noqa: E402  Django first
from onboarding.meters.models import Meter  # noqa: E402  Django first
from portal.events.actors import Actor  # noqa: E402  Django first
from portal.jobs import domain as jobs  # noqa: E402  Django first
from programs.models import Program  # noqa: E402  Django first

SINGLE = 40


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())
    call_command("demo_signins", ensure=True, quiet=True)
    call_command("generate_meters", str(count), stdout=io.StringIO())
    # Nothing is known of any of them: every enrollment is computed and written.
    Enrollment.objects.update(status="PENDING", missing=[], reasons=[], partner_actions=[], leap_actions=[], acts="")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    program = Program.objects.get(identifier="CEC-DSGS")
    jobs.enqueue("enrollment.restate", subject_id=program.pk, partner=None)
    began = time.perf_counter()
    while jobs.run_next():
        pass
    seconds = time.perf_counter() - began
    assert not Enrollment.objects.filter(status="PENDING").exists()
    times = []
    for meter in Meter.objects.order_by("-pk")[:SINGLE]:
        began = time.perf_counter()
        re_evaluate([meter.pk], by=Actor.system())
        times.append(time.perf_counter() - began)
    median = sorted(times)[len(times) // 2]
    print(json.dumps({"meters": count, "seconds": round(seconds, 1), "one_meter_ms": round(median * 1000, 1)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
