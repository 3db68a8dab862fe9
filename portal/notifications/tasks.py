"""The background work of email: sending it, and dropping it a month later."""

from portal import clock
from portal.jobs.domain import Run, job_handler
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register
from portal.notifications import domain
from portal.notifications.models import EmailMessage


@job_handler("mail.send")
def send_email(run: Run) -> None:
    """Send an email, unless that is done or its reader is gone."""
    email = EmailMessage.objects.select_related("user").filter(pk=run.job.subject_id, sent_at=None).first()
    if email is None or not email.user.is_active:
        return
    domain.send(email)
    with run.chunk():
        EmailMessage.objects.filter(pk=email.pk).update(sent_at=clock.real_now())


@periodic(hours=1)
def drop_sent_emails() -> None:
    """Drop what was sent a month ago."""
    domain.drop_sent()


register(Retention("Emails to partners’ people", domain.KEPT, "they were sent", drop_sent_emails))
