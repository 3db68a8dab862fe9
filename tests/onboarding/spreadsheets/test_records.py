"""Records of delimited text: a stray quote concerns its own line alone."""

import pytest

from onboarding.spreadsheets.problems import Unreadable
from onboarding.spreadsheets.records import records, usual_width

ROW = "r,s,t,u,v"


def read(text: str, width: int = 5) -> list[tuple[int, list[str], int]]:
    return [tuple(record) for record in records(text.splitlines(keepends=True), ",", width)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,"b ""c""",d\n', [(1, ["a", 'b "c"', "d"], 0)]),
        ('a,5" pipe,d\n', [(1, ["a", '5" pipe', "d"], 0)]),
        ('a,"b\nc",d\ne,f,g\n', [(1, ["a", "b\nc", "d"], 0), (2, ["e", "f", "g"], 0)]),
        ('"a" , "b"\n', [(1, ["a", ' "b"'], 0)]),
        ("\na\n", [(1, [], 0), (2, ["a"], 0)]),
        # text after a closing quote
        ('a,"b"c,d,e,f\nx\n', [(1, ["a", "bc", "d", "e", "f"], 1), (2, ["x"], 0)]),
        # never closed: the rest of the file is read
        ('a,"b,c,d,e\nx,y\n', [(1, ["a", '"b', "c", "d", "e"], 1), (2, ["x", "y"], 0)]),
        # two in a row, of which the second would close the first
        (
            f'a,"b,c,d,e\nf,"g,h,i,j\n{ROW}\n',
            [(1, ["a", '"b', "c", "d", "e"], 1), (2, ["f", '"g', "h", "i", "j"], 2), (3, ROW.split(","), 0)],
        ),
        # closed by a mark for inches further down: a row of its own is inside of it
        (
            f'a,"b,c,d,e\nf,5",h,i,j\n{ROW}\n',
            [(1, ["a", '"b', "c", "d", "e"], 1), (2, ["f", '5"', "h", "i", "j"], 0), (3, ROW.split(","), 0)],
        ),
        # a cell of several lines in the first column is no such thing
        ('"1 Oak\nApt 2",b,c,d,e\n', [(1, ["1 Oak\nApt 2", "b", "c", "d", "e"], 0)]),
    ],
)
def test_record_is_read_or_its_line_is_named(text: str, expected: list[tuple[int, list[str], int]]) -> None:
    assert read(text) == expected


def test_quote_that_swallows_very_many_lines_is_its_own_line_alone() -> None:
    lines = read(f'a,"b,c,d,e\n{ROW}\n' + f"{ROW}\n" * 3_000)

    assert (len(lines), [line for *_, line in lines if line]) == (3_002, [1])


def test_file_of_nothing_but_stray_quotes_is_refused() -> None:
    with pytest.raises(Unreadable, match="FILE_UNCLOSED_QUOTE"):
        read('a","""\n' * 2_000)


@pytest.mark.parametrize(("text", "width"), [("title\na,b\nc,d\n", 2), ("a\n", 1), ("", 1), ("a,b\nc,d,e\n", 3)])
def test_usual_width_is_that_of_most_records(text: str, width: int) -> None:
    assert usual_width(text, ",") == width
