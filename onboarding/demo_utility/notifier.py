"""Tells the portal what it has to know (ESPI: notify, then the other side fetches), until it has heard.

A thread in the web process. What is to be told is in the database, so a restart forgets nothing.
"""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import requests
from django.db import DatabaseError, close_old_connections

from onboarding.demo_utility import settings
from onboarding.demo_utility.clock import now
from onboarding.demo_utility.endpoints import addresses
from onboarding.demo_utility.feeds.dialects import ESPI, xml
from onboarding.demo_utility.models import Notice

log = logging.getLogger(__name__)
MOST_ATTEMPTS: Final = 100
LONGEST_PAUSE_SECONDS: Final = 300


def start_notifier() -> None:
    """Begin to tell, in the background, for as long as the process lives."""
    threading.Thread(target=_run, name="notifier", daemon=True).start()


def _run() -> None:
    while True:
        try:
            tell_what_is_due()
        except DatabaseError:
            log.exception("The notifier goes on after a fault of the database.")
        finally:
            close_old_connections()
        time.sleep(0.5)


def tell_what_is_due() -> None:
    """Try each notice that is due, once."""
    due = Notice.objects.filter(delivered_at=None, due_at__lte=now(), next_attempt_at__lte=datetime.now(UTC))
    for notice in due.filter(attempts__lt=MOST_ATTEMPTS).select_related("authorization").order_by("due_at", "pk"):
        _tell(notice)


def _tell(notice: Notice) -> None:
    notice.attempts += 1
    pause = min(2 ** min(notice.attempts - 1, 10), LONGEST_PAUSE_SECONDS)
    notice.next_attempt_at = datetime.now(UTC) + timedelta(seconds=pause)
    if _post(notice):
        notice.delivered_at = datetime.now(UTC)
    notice.save(update_fields=["attempts", "next_attempt_at", "delivered_at"])


def _post(notice: Notice) -> bool:
    """Whether the portal answered that it heard."""
    url = f"{settings.PORTAL_URL}/connect/notify/{notice.authorization.code}/"
    headers = {"Content-Type": "application/xml"}
    try:
        with requests.Session() as session:
            session.trust_env = False  # the portal is on this machine, behind no proxy
            answer = session.post(url, batch_list(notice), headers=headers, timeout=10, allow_redirects=False)
    except requests.RequestException as error:
        log.info("The portal was not reached: %s", type(error).__name__)
        return False
    return answer.ok and not answer.is_redirect


def batch_list(notice: Notice) -> bytes:
    """What changed, as a BatchList of addresses."""
    names = {
        Notice.Kind.READY: ("resourceURI", "customerResourceURI"),
        Notice.Kind.REVOKED: ("authorizationURI",),
    }
    of = addresses(notice.authorization)
    resources = [("resources", of[name]) for name in names[Notice.Kind(notice.kind)]]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml(("BatchList", resources), namespace=ESPI)}\n'.encode()
