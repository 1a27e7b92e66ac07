"""Rows of JSON are found whatever stands around them, and keep what has no column."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from config.errors import UsageError
from tasks.read.formats.json_prefix import parsed_prefix
from tests.read.samples import Outcome, by_locator, documents, read, reasons

STORY = "The council met on Monday."


def write(folder: Path, content: object, name: str = "a.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def rows(count: int = 3, **more: Any) -> list[dict[str, Any]]:
    return [
        {"url": f"https://a.example/{n}", "title": f"T {n}", "text": f"{STORY} {n}", **more}
        for n in range(1, count + 1)
    ]


def lists(header: bool = False) -> list[list[Any]]:
    return ([list(rows()[0])] if header else []) + [list(row.values()) for row in rows()]


def by_key() -> dict[str, Any]:
    return {f"id{n}": row for n, row in enumerate(rows())}


def columns() -> dict[str, Any]:
    return {name: {str(n): row[name] for n, row in enumerate(rows())} for name in rows()[0]}


SHAPES = {
    "articles": {"status": "ok", "totalResults": 3, "articles": rows()},
    "docs": {"response": {"docs": rows(), "meta": {"hits": 3}}},
    "facets": {"data": {"facets": [{"name": "a", "count": 1}] * 9, "found": {"deep": rows()}}},
    "content": {"content": rows(), "page": {"size": 3}},
    "hits": {"hits": {"total": 3, "hits": [{"_id": "x", "_source": row} for row in rows()]}},
    "pages": [{"articles": rows()[:2]}, {"articles": rows()[2:]}],
    "lists of rows": [rows()[:1], rows()[1:]],
    "by key": by_key(),
    "by key below a key": {"count": 3, "stories": by_key()},
    "columns": columns(),
    "columns of lists": {name: [row[name] for row in rows()] for name in rows()[0]},
    "split": {"columns": list(rows()[0]), "index": [0, 1, 2], "data": lists()},
    "table": {"schema": {"fields": [{"name": "url"}]}, "data": rows()},
    "lists with a header": lists(header=True),
}
TEXTS = {
    "indented": "\n".join(json.dumps(row, indent=2) for row in rows()),
    "on one line": " ".join(json.dumps(row) for row in rows()),
    "with commas": ",\n".join(json.dumps(row) for row in rows()),
    "arrays": "\n".join(json.dumps([row]) for row in rows()),
    "envelopes": "\n".join(json.dumps({"articles": [row]}) for row in rows()),
    "indented envelopes": "\n".join(json.dumps({"articles": [row]}, indent=1) for row in rows()),
}


def bodies(outcomes: list[Outcome]) -> list[str]:
    return [document.body.decode() for document in documents(outcomes)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_rows_are_found_in_every_shape(tmp_path: Path, shape: str, indent: int | None) -> None:
    found = read(write(tmp_path, json.dumps(SHAPES[shape], indent=indent)))

    assert list(by_locator(found).items()) == [(f"a.json#row={n}", "") for n in (1, 2, 3)]
    assert bodies(found) == [row["text"] for row in rows()]
    assert [document.url for document in documents(found)] == [row["url"] for row in rows()]


@pytest.mark.parametrize("text", TEXTS)
def test_values_that_follow_each_other_are_all_read(tmp_path: Path, text: str) -> None:
    found = read(write(tmp_path, TEXTS[text]))

    assert list(by_locator(found).items()) == [(f"a.json#row={n}", "") for n in (1, 2, 3)]
    assert bodies(found) == [row["text"] for row in rows()]


def test_lists_without_a_header_are_read_by_the_number_of_the_column(tmp_path: Path) -> None:
    found = read(write(tmp_path, lists()), columns={"text": "3", "title": "2"})

    assert bodies(found) == [row["text"] for row in rows()]
    assert documents(found)[0].declared.title == "T 1"
    assert documents(found)[0].declared.extra == {"1": "https://a.example/1"}


LARGE = ("articles", "docs", "by key", "by key below a key", "split", "table")


@pytest.mark.parametrize("shape", LARGE)
def test_an_envelope_that_is_too_large_to_be_parsed_is_read_row_by_row(
    tmp_path: Path, shape: str
) -> None:
    path = write(tmp_path, SHAPES[shape])

    small, large = read(path), read(path, document_bytes=100)

    assert large == small
    assert len(documents(large)) == 3


@pytest.mark.parametrize("end", ["lines", "array"])
def test_what_several_envelopes_say_is_kept_with_their_rows(tmp_path: Path, end: str) -> None:
    events: list[dict[str, Any]] = [
        {"category": name, "ids": [1, 2], "empty": "", "long": "x" * 2_000, "data": {"rows": some}}
        for name, some in (("Law", rows()[:2]), ("Sport", rows()[2:]))
    ]
    text = "\n".join(map(json.dumps, events)) if end == "lines" else json.dumps(events)

    found = documents(read(write(tmp_path, text)))

    assert [document.declared.extra for document in found] == [
        {"envelope": {"category": name, "ids": [1, 2]}} for name in ("Law", "Law", "Sport")
    ]


def test_what_the_one_envelope_of_a_file_says_is_no_part_of_its_rows(tmp_path: Path) -> None:
    found = documents(read(write(tmp_path, json.dumps(SHAPES["articles"]))))

    assert [document.declared.extra for document in found] == [{}] * 3


def test_a_bad_row_in_an_envelope_costs_itself(tmp_path: Path) -> None:
    text = json.dumps(SHAPES["articles"]).replace('"T 2"', "oops")

    found = read(write(tmp_path, text))

    assert list(by_locator(found).values()) == ["", "bad_row", ""]


def test_an_envelope_that_is_cut_off_gives_the_rows_before_the_cut(tmp_path: Path) -> None:
    text = json.dumps(SHAPES["docs"])

    found = read(write(tmp_path, text[: text.index("T 3")]))

    assert (len(documents(found)), reasons(found)) == (2, ["truncated"])


@effort(max_examples=30, deadline=None)
@given(
    shape=st.sampled_from(sorted(SHAPES) + sorted(TEXTS)),
    size=st.integers(100, 2_000),
    document=st.sampled_from([100, 5_000_000]),
)
def test_stripes_agree_on_the_shape(
    tmp_path_factory: pytest.TempPathFactory, shape: str, size: int, document: int
) -> None:
    content = SHAPES.get(shape, TEXTS.get(shape))
    path = write(tmp_path_factory.mktemp("rows"), content)

    whole = read(path, document_bytes=document)
    parts = read(path, stripe_bytes=size, document_bytes=document)

    assert sorted(parts, key=lambda outcome: outcome.position) == whole


def test_what_has_no_column_is_kept_as_it_is(tmp_path: Path) -> None:
    more = {
        "label": 0,
        "fake": False,
        "scores": {"a": [1, {"b": None}]},
        "empty": "",
        "none": None,
        "source": {"id": "post", "name": "Hembry Post"},
        "big": 2**70,
    }

    found = documents(read(write(tmp_path, rows(1, **more))))

    assert found[0].declared.publication == "Hembry Post"
    assert found[0].declared.extra == {
        "label": 0,
        "fake": False,
        "scores": {"a": [1, {"b": None}]},
        "source": {"id": "post", "name": "Hembry Post"},
        "big": float(2**70),
    }


def test_a_row_without_a_text_keeps_what_it_has(tmp_path: Path) -> None:
    (_, dropped) = read(write(tmp_path, [*rows(1), {"text": "", "label": "x"}]))

    assert dropped.extra == '{"label":"x"}'


def test_a_path_leads_to_a_nested_field_and_the_rest_is_kept(tmp_path: Path) -> None:
    row = {"piece": {"copy": STORY, "desk": "city"}, "parts": [{"name": "One"}, {"name": "Two"}]}
    chosen = {"text": "piece.copy", "title": "parts.name"}

    (document,) = documents(read(write(tmp_path, [row]), columns=chosen))

    assert document.body.decode() == STORY
    assert document.declared.title == "One"
    assert document.declared.extra["piece"] == {"desk": "city"}


def test_the_usual_containers_are_looked_into_and_authors_are_not(tmp_path: Path) -> None:
    row = {
        "author": {"name": "Jane Doe", "url": "https://a.example/jane"},
        "attributes": {"headline": "A title", "body": STORY, "url": "https://a.example/1"},
    }

    (document,) = documents(read(write(tmp_path, {"data": [row]})))

    assert document.url == "https://a.example/1"
    assert document.declared.title == "A title"
    assert document.declared.authors == ("Jane Doe",)


@pytest.mark.parametrize(
    ("value", "published"),
    [
        ({"$date": "2023-05-10T08:15:00Z"}, "2023-05-10T08:15:00Z"),
        ({"$date": {"$numberLong": "1683706500000"}}, "2023-05-10T08:15:00+00:00"),
        ({"$date": 1683706500000}, "2023-05-10T08:15:00+00:00"),
    ],
)
def test_dates_of_mongodb_are_undone(tmp_path: Path, value: object, published: str) -> None:
    (document,) = documents(read(write(tmp_path, rows(1, date=value))))

    assert document.declared.published == published


def test_an_address_in_source_is_the_page_and_no_publication(tmp_path: Path) -> None:
    row = {"text": STORY, "source": "https://a.example/1", "source-hostname": "Hembry Post"}
    other = {"text": STORY, "id": "17", "source": "Hembry Post"}

    first, second = documents(read(write(tmp_path, [row, other])))

    assert (first.url, first.declared.publication) == ("https://a.example/1", "Hembry Post")
    assert (second.url, second.declared.publication) == (None, "Hembry Post")
    assert second.declared.extra == {"id": "17"}


@pytest.mark.parametrize("beside", [{"dump": "CC-MAIN-2023-23"}, {"file_path": "s3://x"}])
def test_a_date_beside_a_crawl_is_the_crawls(tmp_path: Path, beside: dict[str, str]) -> None:
    (document,) = documents(read(write(tmp_path, rows(1, date="2023-05-29T03:00:00Z", **beside))))

    assert document.declared.published is None
    assert document.declared.extra["date"] == "2023-05-29T03:00:00Z"


def test_a_file_whose_rows_name_no_text_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = write(tmp_path, [{"link": "https://a.example/1", "short_description": STORY}])

    with pytest.raises(UsageError, match="--map text=short_description"):
        read(path)
    (dropped,) = read(tmp_path)
    assert "--map text=short_description" in str(dropped.detail)
    assert bodies(read(path, columns={"text": "short_description"})) == [STORY]


@given(st.integers(0, 400))
def test_the_beginning_of_a_text_can_always_be_parsed(size: int) -> None:
    text = json.dumps(SHAPES["docs"]).encode()

    value = parsed_prefix(text[:size])

    assert value is None or set(value) <= {"response"}
