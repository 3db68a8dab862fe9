"""First rows: the same answers as a plain dictionary, whatever comes in whatever chunks."""

from hypothesis import given
from hypothesis import strategies as st

from onboarding.uploads.pipeline.first_rows import FirstRows


@given(st.lists(st.sampled_from("abcdef"), max_size=60), st.integers(1, 7))
def test_same_as_a_dictionary_that_keeps_all(names: list[str], size: int) -> None:
    staged: dict[str, int] = {}
    waiting: dict[str, int] = {}
    first_rows = FirstRows(lambda wanted: {name: staged[name] for name in wanted if name in staged})
    expected: dict[str, int] = {}
    for start in range(0, len(names), size):
        chunk = names[start : start + size]
        first_rows.expect(set(chunk))
        firsts = [first_rows.of(name, start + offset) for offset, name in enumerate(chunk)]
        assert firsts == [expected.setdefault(name, start + offset) for offset, name in enumerate(chunk)]
        for name, number in waiting.items():  # the chunk before is staged by now, this one not yet
            staged.setdefault(name, number)
        waiting = {}
        for offset, name in enumerate(chunk):
            waiting.setdefault(name, start + offset)
