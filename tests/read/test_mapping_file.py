"""Files with the columns of a data set: what they say is checked key by key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from config.errors import UsageError
from tasks.read.field_names import FIELD_NAMES
from tasks.read.mapping_file import read_mapping, unequal_fields, write_mapping


def read(folder: Path, text: str, name: str = "m.toml") -> tuple[tuple[str, str], ...]:
    path = folder / name
    path.write_text(text)
    return read_mapping(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.toml", '# a comment\nbody = "story"\ntitle = 2\nheader = false\ndelimiter = "tab"\n'),
        ("m.json", '{"body": "story", "title": 2, "header": "no", "delimiter": "tab"}'),
    ],
)
def test_a_mapping_has_fields_and_options(tmp_path: Path, name: str, text: str) -> None:
    assert read(tmp_path, text, name) == (
        ("text", "story"),
        ("title", "2"),
        ("header", "no"),
        ("delimiter", "tab"),
    )


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("m.toml", 'txt = "a"', "the key 'txt', which is not known; keys are url, title, text"),
        ("m.toml", '[columns]\ntext = "a"', "the key 'columns', which is not known"),
        ("m.toml", 'text = "a"\nbody = "b"', "two columns, text = 'a' and body = 'b'"),
        ("m.json", '{"text": "a", "text": "b"}', "two columns"),
        ("m.toml", 'text = ["a"]', 'text must be a name in quotes, not \\["a"\\]'),
        ("m.toml", 'text = ""', "text must be a name in quotes"),
        ("m.toml", "header = 1.5", "header must be yes or no, not 1.5"),
        ("m.toml", 'header = "maybe"', "header=maybe is neither yes nor no"),
        ("m.toml", 'encoding = "klingon"', "klingon is not known"),
        ("m.toml", 'delimiter = "ab"', "is not one character"),
        ("m.toml", "text = story", "is not valid TOML"),
        ("m.json", "[1, 2]", "must be an object"),
        ("m.json", "{", "is not valid JSON"),
        ("m.json", "[" * 100_000, "is not valid JSON"),
        ("m.toml", "#" * 1_000_001, "is too large to be a mapping"),
    ],
)
def test_what_has_no_meaning_is_refused_by_name(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        read(tmp_path, text, name)


def test_a_mapping_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Cannot read the mapping .*nope.toml: No such file"):
        read_mapping(tmp_path / "nope.toml")


def test_the_same_column_twice_is_no_contradiction() -> None:
    assert unequal_fields([("text", "a"), ("body", "a")], "--map") == (("text", "a"),)


_names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(st.sampled_from(sorted(FIELD_NAMES)), _names), st.sampled_from(["t", "j"]))
@effort(max_examples=30, deadline=None)
def test_what_was_saved_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, pairs: dict[str, str], kind: str
) -> None:
    path = tmp_path_factory.mktemp("m") / ("m.json" if kind == "j" else "m.toml")

    write_mapping(path, pairs, ["A\ncomment"])

    assert dict(read_mapping(path)) == pairs


def test_a_file_that_says_something_else_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    write_mapping(path, {"text": "a"}, [])
    write_mapping(path, {"text": "a"}, [])

    with pytest.raises(UsageError, match="says something else"):
        write_mapping(path, {"text": "b"}, [])
