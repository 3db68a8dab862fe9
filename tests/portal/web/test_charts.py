"""The geometry of pictures: scales, parts that add up, gaps, and the table that tells the same."""

from datetime import date

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from portal.web.charts import (
    HEIGHT,
    Bar,
    Bars,
    Row,
    Series,
    Span,
    Stretch,
    Tone,
    bar_parts,
    columns,
    lines,
    number_text,
    round_top,
)


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (-3, 1), (0.3, 0.4), (1, 1), (3, 4), (4.1, 6), (7, 8), (9, 10), (10, 10), (11, 20), (99, 100), (101, 200)],
)
def test_the_top_of_a_scale_is_plain(value: float, top: float) -> None:
    assert round_top(value) == pytest.approx(top)


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_the_top_of_a_scale_holds_its_value_and_wastes_at_most_half(value: float) -> None:
    top = round_top(value)

    assert value <= top * (1 + 1e-6)
    assert top <= value * 2.0001


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0, "0"), (1234, "1,234"), (12.54, "12.5"), (3.0, "3")])
def test_numbers_are_written_plainly(value: float | None, text: str) -> None:
    assert number_text(value) == text


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=30))
def test_stacked_parts_fill_a_column_up_to_its_value(pairs: list[tuple[int, int]]) -> None:
    below, above = zip(*pairs, strict=True)

    chart = columns(
        title="Tries",
        text="",
        over="Day",
        labels=[str(place) for place in range(len(pairs))],
        series=[Series("good", Tone.SUCCESS, below), Series("bad", Tone.DANGER, above)],
    )

    top = round_top(max(a + b for a, b in pairs))
    highest: dict[float, float] = {}
    for part in chart.parts:
        assert part.y >= -0.2
        assert part.y + part.height <= HEIGHT + 1.2
        highest[part.x] = min(part.y, highest.get(part.x, HEIGHT))
    wanted = [HEIGHT - HEIGHT * (a + b) / top for a, b in pairs if a + b]
    assert list(highest.values()) == pytest.approx(wanted, abs=0.11)
    assert [row.cells for row in chart.numbers.rows] == [[str(a), str(b)] for a, b in pairs]


def test_a_line_breaks_where_a_number_is_not_known() -> None:
    chart = lines(
        title="Waits",
        text="",
        over="Day",
        labels=["a", "b", "c", "d"],
        series=[Series("median", Tone.ACCENT, [10, None, 5, 0])],
        unit="h",
    )

    (line,) = chart.lines
    assert line.path == "M125 0M625 50L875 100"
    assert line.area == ""
    assert line.end == (87.5, float(HEIGHT))
    assert chart.scale.texts == ["10 h", "5", "0"]
    assert chart.numbers.rows == [Row("a", ["10"]), Row("b", ["–"]), Row("c", ["5"]), Row("d", ["0"])]


def test_few_of_many_labels_are_shown_and_always_the_last() -> None:
    chart = columns(title="", text="", over="Hour", labels=[f"{hour}" for hour in range(25)], series=[])

    assert [label.text for label in chart.labels if label.is_shown] == ["4", "9", "14", "19", "24"]


def test_the_parts_of_a_bar_share_its_whole() -> None:
    parts = bar_parts(200, [(Tone.ACCENT, 50, "50 active"), (Tone.INFO, 0, "none"), (Tone.SOFT, 100, "100 eligible")])

    assert [(part.x, part.width) for part in parts] == [(0, 25), (25, 50)]
    assert bar_parts(0, [(Tone.ACCENT, 0, "")]) == []


def test_a_strip_leaves_out_what_lies_outside() -> None:
    span = Span(date(2026, 1, 1), date(2026, 12, 31))

    lane = span.lane(
        "Season",
        [
            Stretch(date(2025, 5, 1), date(2025, 10, 31), Tone.ACCENT, "2025"),
            Stretch(date(2025, 12, 1), date(2026, 1, 1), Tone.ACCENT, "one day of it"),
            Stretch(date(2026, 7, 2), date(2027, 3, 1), Tone.ACCENT, "second half"),
        ],
        days=[(date(2026, 7, 2), "deadline"), (date(2027, 1, 1), "outside")],
    )

    assert [(part.x, part.width, part.text) for part in lane.parts] == [
        (0, 0.6, "one day of it"),
        (49.86, 50.14, "second half"),
    ]
    assert [(mark.x, mark.text) for mark in lane.marks] == [(49.86, "deadline")]
    strip = span.strip(title="", text="", lanes=[lane], today=date(2026, 1, 1))
    assert strip.now == 0
    assert [month.text for month in strip.months][:2] == ["Jan", "Feb"]
    assert len(strip.months) == 12
    assert span.strip(title="", text="", lanes=[], today=date(2027, 1, 1)).now is None


@pytest.mark.parametrize("name", ["columns", "lines", "bars", "strip"])
def test_what_partners_wrote_is_escaped_in_pictures(name: str) -> None:
    hostile = "<script>alert(1)</script>"
    series = [Series(hostile, Tone.ACCENT, [1]), Series(hostile, Tone.DANGER, [2])]
    span = Span(date(2026, 1, 1), date(2026, 3, 31))
    lane = span.lane(hostile, [Stretch(date(2026, 1, 1), date(2026, 2, 1), Tone.ACCENT, hostile)], text=hostile)
    charts: dict[str, object] = {
        "columns": columns(title=hostile, text=hostile, over=hostile, labels=[hostile], series=series, unit=hostile),
        "lines": lines(title=hostile, text=hostile, over=hostile, labels=[hostile], series=series, unit=hostile),
        "bars": Bars(hostile, hostile, [Bar(hostile, hostile, bar_parts(1, [(Tone.SOFT, 1, hostile)]), hostile)], []),
        "strip": span.strip(title=hostile, text=hostile, lanes=[lane], today=date(2026, 2, 1)),
    }

    page = render_to_string(f"components/charts/{name}.html", {"chart": charts[name], "name": "picture"})

    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 4
