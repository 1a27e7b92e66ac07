import json
from datetime import UTC, datetime

import pytest

from config.errors import UsageError
from tasks.read.values import as_string, as_strings
from tasks.records import Declared
from tests.read.samples import by_locator, documents, read, reasons

STORY = "The council met on Monday."


def write(folder, content, name):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def rows(count, **more):
    return [
        {"url": f"https://a.example/{number}", "text": f"{STORY} {number}", **more}
        for number in range(1, count + 1)
    ]


def test_one_bad_byte_in_row_two_of_four_costs_row_two_only(tmp_path):
    good = [json.dumps(row).encode() for row in rows(4)]
    good[1] = good[1].replace(b"council", b"coun\xffcil")

    outcomes = read(write(tmp_path, b"\n".join(good), "a.jsonl"))

    assert by_locator(outcomes) == {
        "a.jsonl#row=1": "",
        "a.jsonl#row=2": "bad_row",
        "a.jsonl#row=3": "",
        "a.jsonl#row=4": "",
    }


def test_one_bad_byte_in_an_array_costs_its_row_only(tmp_path):
    data = json.dumps(rows(4)).encode().replace(b"Monday. 2", b"Monday\xff. 2")

    assert reasons(read(write(tmp_path, data, "a.json"))) == ["bad_row"]


@pytest.mark.parametrize(
    "row",
    [
        {
            "link": "https://a.example/1",
            "Headline": "A title",
            "maintext": STORY,
            "date_publish": "26-FEB-1987 15:01:01.79",
            "byline": "Jane Doe, John Roe",
            "source": {"id": None, "name": "The Example"},
            "lang": "en",
        },
        {
            "url": "https://a.example/1",
            "title": "A title",
            "text": "",
            "content": STORY,
            "datePublished": "26-FEB-1987 15:01:01.79",
            "author": [{"@type": "Person", "name": "Jane Doe"}, "John Roe"],
            "publisher": "The Example",
            "language": "en",
        },
    ],
)
def test_the_field_names_of_public_datasets_are_known(tmp_path, row):
    (document,) = documents(read(write(tmp_path, lines(row, {}), "a.jsonl")))

    assert document.url == "https://a.example/1"
    assert document.body == STORY.encode()
    assert document.media == "text"
    assert document.charset == "utf-8"
    assert document.declared == Declared(
        title="A title",
        authors=("Jane Doe", "John Roe"),
        published="26-FEB-1987 15:01:01.79",
        publication="The Example",
        language="en",
    )


def test_a_row_with_html_goes_through_extraction_with_its_fields_as_evidence(tmp_path):
    row = {"html": "<p>Žluťoučký</p>", "text": STORY, "title": "A title"}

    (document,) = read(write(tmp_path, lines(row), "a.jsonl"))

    assert (document.media, document.body) == ("html", "<p>Žluťoučký</p>".encode())
    assert document.declared.title == "A title"


def test_the_users_choice_of_columns_wins(tmp_path):
    row = {"text": "not this", "Inhalt": STORY}

    path = write(tmp_path, lines(row), "a.jsonl")

    assert documents(read(path, columns={"body": "Inhalt"}))[0].body == STORY.encode()
    with pytest.raises(UsageError, match="--map colour=x"):
        read(path, columns={"colour": "x"})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (20240501, "20240501"),
        (1598918400.0, "1598918400"),
        (1.5, "1.5"),
        (float("nan"), None),
        (float("inf"), None),
        (None, None),
        (True, None),
        ("  ", None),
        ([], None),
        ({"name": "A"}, "A"),
        ("a\ud800b", "a?b"),
        (datetime(2024, 5, 1, tzinfo=UTC), "2024-05-01T00:00:00+00:00"),
        (10**400, None),
    ],
)
def test_values_of_odd_types_become_strings_or_nothing(value, text):
    assert as_string(value) == text


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Doe, Jane", ("Doe, Jane",)),
        ("Jane Doe, John Roe", ("Jane Doe", "John Roe")),
        ("Jane Doe; Roe, John", ("Jane Doe", "Roe, John")),
        ("['Jane Doe', 'John']", ("Jane Doe", "John")),
        ("[" * 5000 + "]", ("[" * 5000 + "]",)),
        ({"name": "Jane Doe"}, ("Jane Doe",)),
        (["Jane", None, ""], ("Jane",)),
        (None, ()),
    ],
)
def test_authors_come_as_lists_strings_and_dicts(value, names):
    assert as_strings(value, names=True) == names


def test_rows_that_are_none_have_a_reason_each(tmp_path):
    content = '{"text": "fine"}\n[1]\n{"text": 3\n\n{"title": "no text"}\nnull\n{"text": NaN}\n'

    outcomes = read(write(tmp_path, content, "a.jsonl"))

    assert by_locator(outcomes) == {
        "a.jsonl#row=1": "",
        "a.jsonl#row=2": "bad_row",
        "a.jsonl#row=3": "bad_row",
        "a.jsonl#row=5": "no_text",
        "a.jsonl#row=6": "bad_row",
        "a.jsonl#row=7": "no_text",
    }


def test_lone_surrogates_and_deep_nesting_raise_nothing(tmp_path):
    deep = "[" * 200_000 + "]" * 200_000
    content = '{"text": "a \\ud800 b", "title": "\\udfff"}\n{"text": ' + deep + "}\n"

    outcomes = read(write(tmp_path, content, "a.jsonl"))
    array = read(write(tmp_path, f'[{{"text": "a"}}, {deep}]', "b.json"))

    assert documents(outcomes)[0].body == b"a ? b"
    assert len(outcomes) == 2
    assert len(documents(array)) == 1
    assert len(array) == 2


def test_a_huge_line_is_too_large_and_the_next_is_read(tmp_path):
    content = lines({"text": "a"}) + '{"text": "' + "x" * 30_000_000 + '"}\n' + lines({"text": "b"})

    outcomes = read(write(tmp_path, content, "a.jsonl"))

    assert by_locator(outcomes) == {
        "a.jsonl#row=1": "",
        "a.jsonl#row=2": "too_large",
        "a.jsonl#row=3": "",
    }


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_has_a_row_per_element(tmp_path, indent):
    found = read(write(tmp_path, json.dumps(rows(3), indent=indent), "a.json"))

    assert list(by_locator(found)) == ["a.json#row=1", "a.json#row=2", "a.json#row=3"]


def test_a_damaged_element_costs_its_row_and_a_cut_array_its_end(tmp_path):
    whole = json.dumps(rows(5))

    cut = read(write(tmp_path, whole[:-30], "cut.json"))
    bad = read(
        write(tmp_path, whole.replace('{"url": "https://a.example/3"', "{oops", 1), "b.json")
    )

    assert (len(documents(cut)), reasons(cut)) == (4, ["truncated"])
    assert (len(documents(bad)), reasons(bad)) == (4, ["bad_row"])


@pytest.mark.parametrize("indent", [None, 1])
def test_a_single_object_is_one_document_with_the_locator_of_its_file(tmp_path, indent):
    path = write(tmp_path, json.dumps(rows(1)[0], indent=indent), "a.json")

    assert by_locator(read(path)) == {"a.json": ""}
