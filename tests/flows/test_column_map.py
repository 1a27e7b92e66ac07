"""The columns of rows are one field of the run form."""

import pytest

from flows.running.parameters import read_column_map, write_column_map


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", ()),
        ("text=story", (("text", "story"),)),
        ("text = a b , published=day,", (("text", "a b"), ("published", "day"))),
        ("delimiter=,, quote=', text=3", (("delimiter", ","), ("quote", "'"), ("text", "3"))),
        ("text=data.article.body", (("text", "data.article.body"),)),
        ('text="a, title=b", title=c', (("text", "a, title=b"), ("title", "c"))),
        ('text=" a"', (("text", " a"),)),
        ('text="a" or "b"', (("text", '"a" or "b"'),)),
    ],
)
def test_pairs_are_read_from_one_line(text: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert read_column_map(text) == pairs
    assert read_column_map(write_column_map(pairs)) == pairs


@pytest.mark.parametrize("text", ["story", "text=", "=story", "text=a, b c"])
def test_what_is_no_pair_is_refused_or_part_of_a_name(text: str) -> None:
    if text == "text=a, b c":
        assert read_column_map(text) == (("text", "a, b c"),)
    else:
        with pytest.raises(ValueError, match="text=story"):
            read_column_map(text)
