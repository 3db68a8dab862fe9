"""`manage.py demo_portfolio`: a demo partner that has been here for a while, so that pages have something to say."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from onboarding.sandbox import made_up
from onboarding.sandbox.made_up_intervals import WEEKS, interval_files, send_intervals
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from portal.events.actors import Actor
from portal.jobs.domain import run_next
from portal.partners.demo import LIVED_IN
from portal.partners.models import Partner, User
from portal.problems import Refused


class Command(BaseCommand):
    """Uploads, meters in every status, days off, and one upload that waits for a person. Made once, through the same
    code as everybody's.
    """

    help = "Give a demo partner a portfolio, if it has none (demo mode only)."

    def handle(self, *_: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Made-up meters exist in demo mode only, and PORTAL_ENV is production.")
        partner = Partner.objects.filter(slug=LIVED_IN).first()
        if partner is None:
            raise CommandError(f"There is no partner {LIVED_IN}. `demo_signins --ensure` makes it.")
        user = User.objects.filter(memberships__partner=partner).order_by("pk").first()
        if user is None or Upload.objects.filter(partner=partner).exists():
            return
        try:
            _fill(partner, Actor.person(user))
        except Refused as refusal:  # the catalogue was changed so that these sheets do not fit it any more
            self.stderr.write(f"The demo's portfolio stays as far as it came: {refusal}")


def _fill(partner: Partner, by: Actor) -> None:
    *written, waiting = made_up.sheets()
    for sheet in written:
        upload = made_up.send(partner, sheet, by=by)
        _work()
        upload.refresh_from_db()
        confirm_upload(upload, by=by)
        _work()
    offices = made_up.start(partner, "MA_DOER-CPS", 8, nominated=True, weeks=WEEKS)
    made_up.start(partner, "ERCOT-ERS", 3)
    made_up.stay_out(partner, by=by)
    for name, content in interval_files(offices):
        send_intervals(partner, name, content, by=by)
        _work()
    made_up.send(partner, waiting, by=by)
    _work()


def _work() -> None:
    while run_next():
        pass
