"""How far each connection has come, from the notes that it has: as onboarding/connect/progress.py keeps it from now on."""

from itertools import groupby

from django.db import migrations

OPENED, INFORMATION, SIGNED, UTILITY, AUTHORIZED, DATA, METER = range(1, 8)
REACHES = {
    "OPENED": OPENED,
    "DETAILS_GIVEN": INFORMATION,
    "SIGNED": SIGNED,
    "UTILITY_STARTED": UTILITY,
    "AUTHORIZED": AUTHORIZED,
    "DATA_ARRIVED": DATA,
    "TO_DECIDE": DATA,
    "NOT_A_METER": DATA,
    "METER_CREATED": METER,
    "METER_JOINED": METER,
}
TAKES_UP_UNTIL = {
    "OPENED": UTILITY,
    "DETAILS_GIVEN": UTILITY,
    "SIGNED": UTILITY,
    "UTILITY_STARTED": UTILITY,
    "AUTHORIZED": AUTHORIZED,
    "TO_DECIDE": DATA,
}
SETTLED = ("COMPLETE", "ESI_ID_MISSING", "ESI_ID_TAKEN")
AT_ONCE = 1000


def replay(connection, notes):
    """Fill in what follows from the notes, the oldest first; each with its authorization, if it is about one."""
    for note in notes:
        step = REACHES.get(note.kind)
        if step is None:
            _stop(connection, note)
        else:
            _reach(connection, note, step)


def _reach(connection, note, step):
    told, before = note.authorization, connection.reached
    is_taken_up = before <= TAKES_UP_UNTIL.get(note.kind, 0) and connection.stopped_by not in SETTLED
    if before < step or is_taken_up or (before == step and not connection.stopped_by):
        connection.stopped_by = note.kind if note.kind in ("TO_DECIDE", "NOT_A_METER") else ""
    connection.reached = max(before, step)
    connection.passed |= 1 << (step - 1)
    if step == METER and told:
        connection.passed |= 1 << (DATA - 1)
    if told and step in (UTILITY, AUTHORIZED) and before <= UTILITY:
        connection.utility_id = told.utility_id
    if step == AUTHORIZED and connection.minutes_to_authorize is None:
        connection.minutes_to_authorize = _minutes(connection.started_at, note.at)
    if step >= DATA and told and told.authorized_at and connection.minutes_to_data is None:
        connection.minutes_to_data = _minutes(told.authorized_at, note.at)


def _stop(connection, note):
    if connection.stopped_by in SETTLED:
        return
    reached, told = connection.reached, note.authorization
    if note.kind == "NOT_AUTHORIZED":
        if told and reached == UTILITY:
            connection.stopped_by = told.failure
        return
    if told and told.utility_id != connection.utility_id:
        return
    is_agreements_only = connection.link and connection.link.variant.endswith("_AGREEMENTS_ONLY")
    reason, applies = {
        "LEFT": ("LEFT", reached <= UTILITY and not connection.stopped_by),
        "AGREEMENT_DECLINED": ("AGREEMENTS_DECLINED", reached <= UTILITY),
        "ESI_ID_MISSING": ("ESI_ID_MISSING", reached <= SIGNED),
        "ESI_ID_TAKEN": ("ESI_ID_TAKEN", reached <= SIGNED),
        "FINISHED": ("COMPLETE", reached <= SIGNED and is_agreements_only),
        "DATA_OVERDUE": ("DATA_OVERDUE", reached == AUTHORIZED),
        "FEED_UNREADABLE": ("FEED_UNREADABLE", reached == AUTHORIZED),
        "FETCH_FAILED": ("FETCH_FAILED", reached == AUTHORIZED),
        "ENDED": ("ENDED", reached in (AUTHORIZED, DATA)),
    }.get(note.kind, ("", False))
    if applies:
        connection.stopped_by = reason


def _minutes(begin, end):
    return max(int((end - begin).total_seconds() // 60), 0)


def keep_progress(apps, schema_editor):
    connections = apps.get_model("onboarding", "Connection").objects
    last = None
    while True:
        rows = connections.order_by("pk").filter(**({"pk__gt": last} if last else {}))[:AT_ONCE]
        some = {connection.pk: connection for connection in rows}
        if not some:
            return
        last = max(some)
        _keep(apps, some)


def _keep(apps, some):
    sessions = apps.get_model("onboarding", "ConnectSession").objects.filter(connection__in=some)
    for session in sessions.select_related("link").only("connection", "link").order_by("pk"):
        some[session.connection_id].link = session.link
    notes = apps.get_model("onboarding", "ConnectionNote").objects.filter(connection__in=some)
    notes = notes.select_related("authorization").order_by("connection", "pk")
    for pk, mine in groupby(notes, key=lambda note: note.connection_id):
        replay(some[pk], mine)
    names = ("link", "utility", "reached", "passed", "stopped_by", "minutes_to_authorize", "minutes_to_data")
    apps.get_model("onboarding", "Connection").objects.bulk_update(some.values(), names, batch_size=100)


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0025_connection_progress"),
    ]

    operations = [
        migrations.RunPython(keep_progress, migrations.RunPython.noop),
    ]
