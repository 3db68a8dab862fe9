"""First rows: the same answers as a plain dictionary, whatever comes in whatever chunks."""

from hypothesis import given
from hypothesis import strategies as st

from onboarding.uploads.pipeline.first_rows import FirstRows, firsts_of


@given(st.lists(st.sampled_from("abcdef"), max_size=60), st.integers(1, 7))
def test_same_as_a_dictionary_that_keeps_all(names: list[str], size: int) -> None:
    staged: dict[str, int] = {}
    first_rows = FirstRows(lambda wanted: {name: staged[name] for name in wanted if name in staged})
    expected: dict[str, int] = {}
    for start in range(0, len(names), size):
        chunk = [(name, number) for number, name in enumerate(names[start : start + size], start)]
        first_rows.expect(firsts_of(chunk))
        firsts = [first_rows.of(name, number) for name, number in chunk]
        assert firsts == [expected.setdefault(name, number) for name, number in chunk]
        staged = {**firsts_of(chunk), **staged}
