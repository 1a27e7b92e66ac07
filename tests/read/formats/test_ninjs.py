"""Items of ninjs, the IPTC's news in JSON, are articles with their fields."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.read.samples import documents, read, reasons

STORY = "The council met on Monday."


def write(folder: Path, content: object) -> Path:
    path = folder / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def ninjs(**changes: Any) -> dict[str, Any]:
    """Return an item of ninjs 2.1 with a picture beside it."""
    picture = {"uri": "https://a.example/p", "type": "picture", "headlines": [{"value": "P"}]}
    item = {
        "uri": "https://a.example/1",
        "versioncreated": "2023-05-10T10:37:00Z",
        "headlines": [{"role": "main", "value": "T 1"}],
        "bodies": [{"contenttype": "text/plain", "value": STORY}],
        "associations": [picture | {"versioncreated": "2023-05-10T10:37:00Z"}] * 2,
    }
    return item | changes


@pytest.mark.parametrize("shape", ["object", "list", "envelope", "lines"])
def test_an_item_of_ninjs_is_one_article_in_any_shape(tmp_path: Path, shape: str) -> None:
    shapes = {
        "object": ninjs(),
        "list": [ninjs(), ninjs()],
        "envelope": {"_items": [ninjs(), ninjs()], "_meta": {"total": 2}},
        "lines": f"{json.dumps(ninjs())}\n{json.dumps(ninjs())}\n",
    }

    found = documents(read(write(tmp_path, shapes[shape])))

    assert len(found) == (1 if shape == "object" else 2)
    for document in found:
        assert (document.body.decode(), document.declared.title) == (STORY, "T 1")
        assert document.url == "https://a.example/1"


def test_a_picture_of_ninjs_is_one_row_without_text(tmp_path: Path) -> None:
    lines = f"{json.dumps(ninjs(bodies=[]))}\n{json.dumps(ninjs())}\n"

    found = read(write(tmp_path, lines))

    assert reasons(found) == ["no_text"]
    assert len(found) == 2


def test_the_users_choice_of_columns_wins_over_the_names_of_ninjs(tmp_path: Path) -> None:
    item = ninjs(body_html="<p>Markup</p>", ednote="Only this.")

    [document] = documents(read(write(tmp_path, item), columns={"text": "ednote"}))

    assert document.body == b"Only this."
    assert document.declared.extra["body_html"] == "<p>Markup</p>"
