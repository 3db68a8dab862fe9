"""Files of interval data for tests: a header, rows, and sending them through the real job."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from onboarding.intervals.models import DataType, IntervalSettings, IntervalUpload, Way
from onboarding.intervals.receive import receive_interval_file
from portal.events.actors import Actor
from portal.jobs.domain import run_next
from portal.partners.models import Partner

BY = Actor.system("Test")
HEADER = (
    "meter_id,interval_start_time_utc,interval_end_time_utc,"
    "energy_net_kwh,energy_consumed_kwh,energy_generated_kwh,final,region"
)
START = datetime(2026, 3, 2, tzinfo=UTC)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def line(meter: object, slot: int = 0, net: object = "1.5", rest: str = ",,true,CA", *, start: datetime = START) -> str:
    """A good line, unless something is given that is not."""
    begin = start + timedelta(minutes=15 * slot)
    return f"{meter},{stamp(begin)},{stamp(begin + timedelta(minutes=15))},{net},{rest}"


def text(lines: Iterable[str], header: str = HEADER) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def work() -> None:
    while run_next():
        pass


def send(
    content: bytes, partner: Partner, *, name: str = "data.csv", data_type: DataType = DataType.LOAD
) -> IntervalUpload:
    """Receive a file and run its job to the end."""
    upload, _ = receive_interval_file(
        [content], file_name=name, partner=partner, data_type=data_type, way=Way.API, by=BY
    )
    work()
    upload.refresh_from_db()
    return upload


def keep_good_rows_of(partner: Partner) -> None:
    IntervalSettings.objects.update_or_create(partner=partner, defaults={"keeps_good_rows": True})
