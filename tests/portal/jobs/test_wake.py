"""A wake-up is sent by the name under which Celery knows the work."""

from portal.celery import app
from portal.jobs import domain


def test_a_wake_up_names_a_task_that_workers_know(monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **_: sent.append(name))
    app.loader.import_default_modules()

    domain.wake()

    assert sent == [domain.WAKE_UP]
    assert domain.WAKE_UP in app.tasks
