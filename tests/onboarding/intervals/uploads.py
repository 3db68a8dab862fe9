"""Uploads of interval data in each state, as the job leaves them, for tests that do not read files."""

from typing import Any

from onboarding.intervals.models import DataType, IntervalUpload, Way
from onboarding.intervals.receive import receive_interval_file
from portal.events.actors import Actor
from portal.partners.models import Partner
from portal.storage import files

HEADER = "meter_id,interval_start_time_utc,interval_end_time_utc,energy_net_kwh"
BAD = "nobody,2026-07-01T00:00:00Z,2026-07-01T00:15:00Z,1.25"
CONTENT = f"{HEADER}\n{BAD}\n".encode()
ERROR = {"line": 2, "column": "meter_id", "code": "MTR_0002", "message": "nobody is not a valid UUID."}


def queued(partner: Partner, *, name: str = "devices.csv", content: bytes = CONTENT, **more: Any) -> IntervalUpload:
    """A file that waits for its job."""
    asked = {"data_type": DataType.LOAD, "way": Way.API, "by": Actor.system()} | more
    return receive_interval_file([content], file_name=name, partner=partner, **asked)[0]


def failed(partner: Partner, **more: Any) -> IntervalUpload:
    """A file with one error, of which nothing was stored."""
    return fail(queued(partner, **more))


def completed(partner: Partner, *, counts: dict[str, Any] | None = None, **more: Any) -> IntervalUpload:
    """A file whose rows were stored."""
    return complete(queued(partner, **more), counts=counts)


def fail(upload: IntervalUpload) -> IntervalUpload:
    """The job has ended with one error."""
    upload.state = "FAILED"
    upload.counts = {"lines": 2, "rows": 0, "good": 0, "bad": 1, "first_lines": [HEADER, BAD]}
    upload.error_summary = [{"column": "meter_id", "code": "MTR_0002", "count": 1}]
    told = "line,column,code,message\n2,meter_id,MTR_0002,nobody is not a valid UUID.\n"
    upload.errors_name = _kept(upload, told.encode(), ".errors.csv")
    upload.feedback_name = _kept(upload, b"column,code,count\nmeter_id,MTR_0002,1\n", ".feedback")
    upload.bad_lines_name = _kept(upload, CONTENT, ".csv")
    upload.save()
    return upload


def complete(upload: IntervalUpload, *, counts: dict[str, Any] | None = None) -> IntervalUpload:
    """The job has stored all rows."""
    upload.state = "COMPLETED"
    upload.counts = {"lines": 3, "rows": 2, "good": 2, "bad": 0, "new": 2, "meters": 1, "stored": 2, **(counts or {})}
    upload.feedback_name = _kept(upload, b"column,code,count\n", ".feedback")
    upload.save()
    return upload


def _kept(upload: IntervalUpload, content: bytes, suffix: str) -> str:
    return files.store([content], folder=f"intervals/{upload.partner_id}", suffix=suffix, limit=1_000_000).name
