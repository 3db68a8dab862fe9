"""A file of intervals becomes stored intervals, whole or not at all, and says what happened."""

import gzip
import io
import struct
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import polars as pl
import pytest
from django.utils import timezone

from onboarding.intervals.ingest import keep_good_rows
from onboarding.intervals.keeping import keep_intervals, series_of
from onboarding.intervals.models import DataType, IntervalSeries, IntervalUpload, Way
from onboarding.intervals.receive import receive_interval_file
from onboarding.intervals.results import errors_of, preview_of
from onboarding.intervals.store import interval_store
from onboarding.intervals.store.times import minutes_of
from onboarding.meters.domain import remove_meters
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from onboarding.uploads.signals import withdrawal_previewed
from portal.events.models import Event
from portal.jobs.models import Job
from portal.partners.models import Partner
from portal.problems import Refused
from portal.storage.disk import path_of
from programs.models import IntervalColumn
from tests.builders import book
from tests.onboarding.enrollment.meters import make_meter as _make_meter
from tests.onboarding.intervals.files import BY, HEADER, START, keep_good_rows_of, line, send, text, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def make_meter(partner, **changes):
    return _make_meter(partner, programs=["CEC-DSGS"], meter_type="DEVICE", **changes)


def values(meter, data_type=DataType.LOAD):
    """[(slot, net)] of what is stored for a meter."""
    numbers = list(IntervalSeries.objects.filter(meter=meter, data_type=data_type).values_list("id", flat=True))
    rows = interval_store().read(numbers, 0, 2**31 - 1)
    return [((int(row["start"]) - minutes_of(START)) // 15, row["net"].item()) for row in rows]


def codes(upload: IntervalUpload) -> list[tuple[int, str, str]]:
    return [(error["line"], error["column"], error["code"]) for error in errors_of(upload, 100)[0]]


def test_a_file_is_stored(acme: Partner) -> None:
    first, second = make_meter(acme), make_meter(acme, reference="m-2")
    upload = send(text([line(second.pk, 1, 0.25), line(first.pk, 0, -1e-5), line(second.pk, 0, "2")]), acme)
    assert upload.state == "COMPLETED"
    assert values(first) == [(0, -1e-5)]
    assert values(second) == [(0, 2.0), (1, 0.25)]
    counts = ("lines", "rows", "good", "bad", "errors", "new", "changed", "same", "meters", "stored")
    assert [upload.count(name) for name in counts] == [4, 3, 3, 0, 0, 3, 0, 0, 2, 3]
    assert upload.first_start == START
    assert upload.pending_series == []
    assert preview_of(upload, 2) == ([HEADER, line(second.pk, 1, 0.25)], True)
    series = IntervalSeries.objects.get(meter=second)
    assert (series.first_start, series.minutes) == (START, 15)
    assert series.last_start > START
    assert Event.objects.filter(verb="intervals.stored", partner=acme).count() == 1
    assert upload.current_path == "/interval-data/accepted/data.csv/data.csv"


def test_the_same_file_again_changes_nothing(acme: Partner) -> None:
    meter = make_meter(acme)
    content = text([line(meter.pk, slot, slot / 8) for slot in range(200)])
    send(content, acme)
    again = send(content, acme)
    assert (again.state, again.count("same"), again.count("new")) == ("COMPLETED", 200, 0)
    corrected = send(text([line(meter.pk, slot, 9 if slot == 5 else slot / 8) for slot in range(200)]), acme)
    assert (corrected.count("changed"), corrected.count("same")) == (1, 199)
    series = IntervalSeries.objects.get(meter=meter)
    (correction,) = interval_store().corrections([series.pk], limit=5)
    assert (correction.net, correction.replaced_by) == (0.625, corrected.source.pk)


def test_one_error_fails_the_file_as_published(acme: Partner) -> None:
    meter = make_meter(acme)
    upload = send(text([line(meter.pk, 0), line(meter.pk, 1, "x"), line(meter.pk, 2)]), acme)
    assert (upload.state, upload.problem) == ("FAILED", {})
    assert values(meter) == []
    assert codes(upload) == [(3, "energy_net_kwh", "NET_0002")]
    assert upload.error_summary == [{"column": "energy_net_kwh", "code": "NET_0002", "count": 1}]
    assert path_of(upload.bad_lines_name).read_text().splitlines() == [HEADER, line(meter.pk, 1, "x")]
    assert upload.errors_path == f"/interval-data/failed/data.csv/{upload.pk}.errors.csv"
    assert "errors,energy_net_kwh,NET_0002,1" in path_of(upload.feedback_name).read_text().splitlines()


def test_the_good_rows_are_kept_where_the_partner_wants_it(acme: Partner) -> None:
    keep_good_rows_of(acme)
    meter = make_meter(acme)
    upload = send(text([line(meter.pk, 0), line(meter.pk, 1, "x"), line(uuid4(), 2)]), acme)
    assert (upload.state, upload.count("new"), upload.count("bad")) == ("COMPLETED", 1, 2)
    assert values(meter) == [(0, 1.5)]
    assert [code for _, _, code in codes(upload)] == ["NET_0002", "MTR_0003"]
    assert send(text([line(meter.pk, 1, "x")]), acme).state == "FAILED"


def test_the_good_rows_of_a_failed_file_can_be_kept_afterwards(acme: Partner) -> None:
    meter = make_meter(acme)
    upload = send(text([line(meter.pk, 0), line(meter.pk, 1, "x")]), acme)
    keep_good_rows(upload, by=BY)
    work()
    upload.refresh_from_db()
    assert (upload.state, upload.count("new")) == ("COMPLETED", 1)
    with pytest.raises(Refused):
        keep_good_rows(upload, by=BY)


def test_meters_of_others_get_the_answer_of_unknown_ones(acme: Partner, borealis: Partner) -> None:
    theirs = make_meter(borealis)
    unknown = uuid4()
    upload = send(text([line(theirs.pk), line(unknown)]), acme)
    messages = [
        error["message"].replace(str(theirs.pk), "?").replace(str(unknown), "?") for error in errors_of(upload, 9)[0]
    ]
    assert messages == ['None of your meters has the ID "?".'] * 2
    assert values(theirs) == []


def test_every_meter_may_be_named_in_any_way_of_writing_a_uuid(acme: Partner) -> None:
    meter = make_meter(acme)
    names = [str(meter.pk).upper(), meter.pk.hex, f"{{{meter.pk}}}", f" {meter.pk} "]
    upload = send(text([line(name, slot) for slot, name in enumerate(names)]), acme)
    assert (upload.state, len(values(meter))) == ("COMPLETED", 4)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks_do_not_matter(acme: Partner, ending: str, mark: bytes) -> None:
    meter = make_meter(acme)
    lines = [HEADER, line(meter.pk, 0), "", line(meter.pk, 1), line(meter.pk, 2, "x")]
    upload = send(mark + ending.join(lines).encode(), acme)
    assert codes(upload) == [(5, "energy_net_kwh", "NET_0002")]
    assert upload.count("good") == 2


def test_gzip_utf16_and_other_separators(acme: Partner) -> None:
    meter = make_meter(acme)
    content = text([line(meter.pk, slot) for slot in range(5)])
    assert send(gzip.compress(content), acme, name="data.csv.gz").count("new") == 5
    assert send(content.decode().encode("utf-16"), acme).count("same") == 5
    assert send(content.replace(b",", b";"), acme).count("same") == 5
    assert (
        send(b"\n".join(b",".join(b'"%s"' % cell for cell in row.split(b",")) for row in content.split()), acme).count(
            "same"
        )
        == 5
    )


def test_a_parquet_file_is_the_same_as_its_csv(acme: Partner) -> None:
    meter = make_meter(acme)
    send(text([line(meter.pk, slot, slot / 3) for slot in range(200)]), acme)
    starts = pl.datetime_range(START, START.replace(day=4), "15m", eager=True, closed="left", time_unit="us")
    frame = pl.DataFrame(
        {
            "meter_id": [str(meter.pk)] * 192,
            "interval_start_time_utc": starts,
            "interval_end_time_utc": starts.dt.offset_by("15m"),
            "energy_net_kwh": [slot / 3 for slot in range(192)],
            "final": [True] * 192,
        }
    )
    out = io.BytesIO()
    frame.write_parquet(out)
    upload = send(out.getvalue(), acme, name="data.parquet")
    assert (upload.state, upload.count("same"), upload.count("changed")) == ("COMPLETED", 192, 0)


@pytest.mark.parametrize("lie", [0.0, 1e300, float("nan")])
def test_what_a_parquet_file_says_of_its_values_is_not_believed(acme: Partner, lie: float) -> None:
    meter = make_meter(acme)
    out = io.BytesIO()
    rows = [line(meter.pk, slot, 1.25 + slot).split(",") for slot in range(96)]
    frame = pl.DataFrame(rows, schema=HEADER.split(","), orient="row").with_columns(
        pl.col("energy_net_kwh").cast(float)
    )
    frame.write_parquet(out, statistics=True)
    content = out.getvalue()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    told, least, most = content[footer:], struct.pack("<d", 1.25), struct.pack("<d", 96.25)
    assert least in told
    assert most in told
    lying = content[:footer] + told.replace(least, struct.pack("<d", lie)).replace(most, struct.pack("<d", lie))

    upload = send(lying, acme, name="data.parquet")

    assert (upload.state, upload.count("new")) == ("COMPLETED", 96)
    assert values(meter) == [(slot, 1.25 + slot) for slot in range(96)]


def test_a_parquet_file_has_the_rows_that_it_says_or_is_refused(acme: Partner) -> None:
    meter = make_meter(acme)
    out = io.BytesIO()
    rows = [line(meter.pk, slot, 1.25).split(",") for slot in range(300)]
    pl.DataFrame(rows, schema=HEADER.split(","), orient="row").write_parquet(out)
    content, count = out.getvalue(), b"\xd8\x04"  # 300 as Thrift writes it
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    assert count in content[footer:]

    def saying(lie: bytes, name: str) -> IntervalUpload:
        return send(content[:footer] + content[footer:].replace(count, lie), acme, name=name)

    more, less_than_none, fewer = (
        saying(b"\xd8\x7e", "a.parquet"),
        saying(b"\xd7\x04", "b.parquet"),
        saying(b"\x82\x00", "c.parquet"),
    )

    assert [upload.problem["code"] for upload in (more, less_than_none)] == ["INTERVAL_FILE_UNREADABLE"] * 2
    assert (fewer.state, fewer.count("rows"), fewer.count("new")) == ("COMPLETED", 1, 1)


def test_a_workbook_of_a_million_rows_is_refused_before_it_is_read_whole(acme: Partner) -> None:
    head = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER.split(","))
    filled = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(Data=[["x"]]))) as made,
        zipfile.ZipFile(filled, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as to,
    ):
        for name in made.namelist():
            if name != "xl/worksheets/sheet1.xml":
                to.writestr(name, made.read(name))
        with to.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            sheet.write(f"<row>{head}</row>".encode())
            for thousand in range(1000):
                rows = (
                    f"<row><c><v>{thousand * 1000 + row}</v></c><c><v>{row * 7919}</v></c></row>" for row in range(1000)
                )
                sheet.write("".join(rows).encode())
            sheet.write(b"</sheetData></worksheet>")

    upload = send(filled.getvalue(), acme, name="year.xlsx")

    assert (upload.state, upload.problem["code"]) == ("FAILED", "FILE_TOO_MANY_ROWS")
    assert Job.objects.get().attempts == 1


def test_a_small_workbook_is_read(acme: Partner) -> None:
    meter = make_meter(acme)
    rows = [row.split(",") for row in [HEADER, line(meter.pk, 0, 1.25), line(meter.pk, 1, "x")]]
    upload = send(book(Data=rows), acme, name="data.xlsx")
    assert codes(upload) == [(3, "energy_net_kwh", "NET_0002")]
    assert send(book(Data=rows[:2]), acme, name="data.xlsx").count("new") == 1
    assert values(meter) == [(0, 1.25)]


def test_runtime_and_performance_have_columns_of_their_own(acme: Partner) -> None:
    meter = make_meter(acme)
    header = "meter_id,interval_start_time_utc,interval_end_time_utc,runtime_minutes"
    rows = [",".join(line(meter.pk, slot, 7.5).split(",")[:4]) for slot in range(2)]
    upload = send(text(rows, header), acme, data_type=DataType.RUNTIME)
    assert upload.state == "COMPLETED"
    assert values(meter, DataType.RUNTIME) == [(0, 7.5), (1, 7.5)]
    assert values(meter) == []
    rows = [",".join(line(meter.pk, 0, 15.5).split(",")[:4])]
    upload = send(text(rows, header), acme, data_type=DataType.RUNTIME)
    assert codes(upload) == [(2, "runtime_minutes", "UNCATEGORISED")]


def test_the_catalogue_names_the_column_of_unpublished_data(acme: Partner) -> None:
    meter = make_meter(acme)
    IntervalColumn.objects.filter(data_type="RUNTIME_DATA").update(name="run_seconds", least=1, most=900)
    header = "meter_id,interval_start_time_utc,interval_end_time_utc,{}"
    rows = [",".join(line(meter.pk, slot, value).split(",")[:4]) for slot, value in enumerate((1, 900, 0.5, 901))]

    old = send(text(rows, header.format("runtime_minutes")), acme, data_type=DataType.RUNTIME)
    good = send(text(rows[:2], header.format("Run seconds")), acme, data_type=DataType.RUNTIME)
    beyond = send(text(rows, header.format("run_seconds")), acme, data_type=DataType.RUNTIME)

    assert codes(old) == [(1, "run_seconds", "NRG_0001")]
    assert good.state == "COMPLETED"
    assert codes(beyond) == [(4, "run_seconds", "UNCATEGORISED"), (5, "run_seconds", "UNCATEGORISED")]
    assert values(meter, DataType.RUNTIME) == [(0, 1), (1, 900)]


def test_what_is_there_twice_counts_once_and_contradictions_are_told(acme: Partner) -> None:
    meter = make_meter(acme)
    upload = send(text([line(meter.pk, 1), line(meter.pk, 0), line(meter.pk, 1)]), acme)
    assert (upload.state, upload.count("repeated"), upload.count("new")) == ("COMPLETED", 1, 2)
    assert [warning["code"] for warning in upload.warnings] == ["INTERVAL_ROWS_REPEATED"]
    upload = send(text([line(meter.pk, 3, 1), line(meter.pk, 4), line(meter.pk, 3, 2)]), acme)
    ((where, column, code),) = codes(upload)
    assert (where, column, code) == (4, "interval_start_time_utc", "UNCATEGORISED")
    assert "Lines 2 and 4" in errors_of(upload, 1)[0][0]["message"]
    assert path_of(upload.bad_lines_name).read_text().splitlines()[1:] == [line(meter.pk, 3, 1), line(meter.pk, 3, 2)]
    keep_good_rows_of(acme)
    send(text([line(meter.pk, 3, 1), line(meter.pk, 4), line(meter.pk, 3, 2)]), acme)
    assert [slot for slot, _ in values(meter)] == [0, 1, 4]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x00\x01\x02", "INTERVAL_FILE_UNREADABLE"),
        (b"PK\x03\x04", "INTERVAL_FILE_UNREADABLE"),
        (b"PAR1xxxxPAR1", "INTERVAL_FILE_UNREADABLE"),
        (gzip.compress(b"a,b\n" * 5000)[:-30], "INTERVAL_FILE_UNREADABLE"),
        (b"\x1f\x8b\x08" + bytes(50), "INTERVAL_FILE_UNREADABLE"),
        (HEADER.encode() + b"\n", "INTERVAL_FILE_UNREADABLE"),
        (b"x" * 200_000, "INTERVAL_FILE_UNREADABLE"),
    ],
    ids=["bytes", "zip", "parquet", "cut gzip", "no gzip", "no rows", "one line"],
)
def test_files_that_are_none_say_so(acme: Partner, content: bytes, code: str) -> None:
    upload = send(content, acme)
    assert (upload.state, upload.problem.get("code")) == ("FAILED", code)


def test_a_damaged_parquet_file_or_workbook_says_so(acme: Partner) -> None:
    assert send(b"PAR1" + bytes(500) + b"PAR1", acme, name="a.parquet").problem["code"] == "INTERVAL_FILE_UNREADABLE"
    assert send(b"PK\x03\x04" + bytes(500), acme, name="a.xlsx").problem["code"].startswith("FILE_")


def test_a_gzip_bomb_is_refused(acme: Partner) -> None:
    bomb = gzip.compress(b"\n" * 80_000_000, compresslevel=1)
    assert len(bomb) < 1_000_000
    assert send(bomb, acme, name="a.csv.gz").problem["code"] == "INTERVAL_FILE_TOO_LONG"


def test_a_file_cut_in_the_middle_says_so(acme: Partner) -> None:
    meter = make_meter(acme)
    content = text([line(meter.pk, slot) for slot in range(3)])[:-60]
    upload = send(content, acme)
    assert codes(upload) == [(4, "", "LIN_0001")]
    assert errors_of(upload, 1)[0][0]["message"] == "The file ends in the middle of this line."


def test_series_are_the_partners_own(acme: Partner, borealis: Partner) -> None:
    mine, theirs = make_meter(acme), make_meter(borealis)
    send(text([line(mine.pk)]), acme)
    send(text([line(theirs.pk)]), borealis)
    assert set(IntervalSeries.objects.filter(partner=acme).values_list("meter", flat=True)) == {mine.pk}
    assert np.array_equal([slot for slot, _ in values(theirs)], [0])


def test_intervals_go_with_a_meter_that_is_removed(acme: Partner) -> None:
    gone, stays = make_meter(acme), make_meter(acme, reference="m-2")
    send(text([line(gone.pk), line(stays.pk)]), acme)
    number = IntervalSeries.objects.get(meter=gone).pk
    removable = Meter.objects.filter(pk=gone.pk)
    losses = [lost for _, lost in withdrawal_previewed.send(sender=Upload, meters=removable)]
    assert {"with_intervals": 1} in losses

    remove_meters([gone], upload_id=uuid4(), partner=acme, by=BY)

    assert len(interval_store().read([number], 0, 2**31 - 1)) == 0
    assert len(values(stays)) == 1
    assert not IntervalSeries.objects.filter(pk=number).exists()


def test_a_meter_that_goes_while_its_file_is_read_stops_nothing(
    acme: Partner, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_INTERVAL_ROWS = 3
    gone, stays = make_meter(acme), make_meter(acme, reference="m-2")

    def go_first(*args: Any, **wanted: Any) -> Any:
        Meter.objects.filter(pk=gone.pk).delete()
        return series_of(*args, **wanted)

    monkeypatch.setattr("onboarding.intervals.ingest.series_of", go_first)

    upload = send(text(line(meter.pk, slot) for slot in range(10) for meter in (gone, stays)), acme)

    assert (upload.state, upload.count("good"), upload.count("new")) == ("COMPLETED", 20, 10)
    assert len(values(stays)) == 10


def test_a_worker_that_dies_between_two_pieces_goes_on_behind_the_last(
    acme: Partner, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_INTERVAL_ROWS = 7
    meters = [make_meter(acme), make_meter(acme, reference="m-2")]
    kept = keep_intervals
    calls: list[int] = []

    def dies_once(rows: Any, **where: Any) -> Any:
        calls.append(len(rows))
        if len(calls) == 2:
            raise RuntimeError("killed")
        return kept(rows, **where)

    monkeypatch.setattr("onboarding.intervals.ingest.keep_intervals", dies_once)
    upload = send(text(line(meter.pk, slot, slot) for slot in range(10) for meter in meters), acme)
    assert (upload.state, upload.count("stored")) == ("PROCESSING", 7)
    Job.objects.update(not_before=timezone.now())

    work()

    upload.refresh_from_db()
    assert (upload.state, upload.count("stored"), upload.count("new")) == ("COMPLETED", 20, 20)
    assert calls == [7, 7, 7, 6]
    assert [net for _, net in values(meters[1])] == [float(slot) for slot in range(10)]


def test_a_file_that_came_earlier_never_replaces_what_a_later_one_gave(acme: Partner) -> None:
    meter = make_meter(acme)
    failed = send(text([line(meter.pk, 0, 1), line(meter.pk, 1, 1), line(meter.pk, 2, "x")]), acme)
    send(text([line(meter.pk, 0, 2)]), acme)

    keep_good_rows(failed, by=BY)
    work()

    failed.refresh_from_db()
    assert [failed.count(name) for name in ("new", "changed", "newer")] == [1, 0, 1]
    assert values(meter) == [(0, 2.0), (1, 1.0)]


def test_two_files_at_once_are_stored_as_they_came(acme: Partner) -> None:
    meter = make_meter(acme)
    first, second = (
        receive_interval_file(
            [text([line(meter.pk, 0, net)])],
            file_name=f"{net}.csv",
            partner=acme,
            data_type=DataType.LOAD,
            way=Way.API,
            by=BY,
        )[0]
        for net in (1, 2)
    )
    Job.objects.filter(subject_id=str(first.pk)).update(not_before=timezone.now() + timedelta(minutes=5))
    work()
    Job.objects.filter(subject_id=str(first.pk)).update(not_before=timezone.now())
    work()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.count("new"), first.count("newer"), first.state) == (1, 1, "COMPLETED")
    assert values(meter) == [(0, 2.0)]


def test_every_row_is_counted_once(acme: Partner) -> None:
    keep_good_rows_of(acme)
    meter = make_meter(acme)
    lines = [line(meter.pk, 3, 1), line(meter.pk, 3, 2), line(meter.pk, 4), line(meter.pk, 4), line(meter.pk, 5, "x")]
    upload = send(text(lines), acme)
    assert [upload.count(name) for name in ("rows", "good", "repeated", "bad")] == [5, 1, 1, 3]
