"""JSON arrays are split into their elements, wherever the chunks of the stream end."""

import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.read.formats import json_elements
from tasks.read.formats.json_elements import elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class SlowStream(io.BytesIO):
    """A stream that returns at most a few bytes per read."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.most)


def parts(data: bytes, most: int = json_elements._CHUNK, cap: int = 1_000_000) -> list[bytes]:
    """Return the elements of an array that is read `most` bytes at a time."""
    return [element.data.strip() for element in elements(SlowStream(data, most), cap)]


@given(st.lists(VALUES, max_size=6), st.sampled_from([1, 2, 3, 7, 100]), st.sampled_from([None, 1]))
@example([{"a": 'x\\"},['}, "],", "\\\\"], 1, None)
def test_the_elements_are_those_of_the_array(
    array: list[object], most: int, indent: int | None
) -> None:
    for ascii_only in (True, False):
        data = json.dumps(array, indent=indent, ensure_ascii=ascii_only).encode()
        assert [json.loads(part) for part in parts(data, most)] == array


@given(st.binary(max_size=200), st.sampled_from([1, 5, 1000]))
def test_any_bytes_raise_nothing_and_give_the_same_parts_for_any_chunks(
    data: bytes, most: int
) -> None:
    assert parts(data, most) == parts(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", []),
        (b'[{"a":1} {"b":2}]', [b'{"a":1}', b'{"b":2}']),
        (b'[{"a":1},\n]', [b'{"a":1}']),
        (b"[1,,2]", [b"1", b"2"]),
        (b"[1][2]\n[3]", [b"1", b"2", b"3"]),
        (b"[1] and more", [b"1", b"and more"]),
        (b'[{"a": oops}, 2]', [b'{"a": oops}', b"2"]),
    ],
)
def test_superfluous_commas_and_trailing_data_are_tolerated(
    data: bytes, expected: list[bytes]
) -> None:
    assert parts(data) == expected


@pytest.mark.parametrize("data", [b"[1,2", b'[{"a":', b'["abc', b"[[[[", b'[1,"\\'])
def test_the_last_element_of_an_unclosed_array_is_not_whole(data: bytes) -> None:
    assert [element.whole for element in elements(io.BytesIO(data), 100)][-1] is False


@pytest.mark.parametrize(
    "large",
    ['"' + "x" * 500 + '"', "9" * 500, "[" + "1," * 300 + "1]", '{"a":"' + "y" * 500 + '"}'],
)
@pytest.mark.parametrize("most", [3, 100_000])
def test_a_large_element_is_cut_and_the_next_is_whole(large: str, most: int) -> None:
    found = list(elements(SlowStream(f"[1,{large},2]".encode(), most), 100))
    assert [element.size > 100 for element in found] == [False, True, False]
    assert [len(element.data) for element in found] == [1, 101, 1]
    assert found[1].size == len(large)


def test_depth_counts_the_brackets_within_an_element() -> None:
    found = elements(io.BytesIO(b'[1, [], {"a": [[{}]]}, "[[["]'), 100)
    assert [element.depth for element in found] == [0, 1, 4, 0]
