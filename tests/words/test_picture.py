"""`words --plot`: frequencies, keyness and neighbours as bars."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

from tasks.pictures.picture_file import write_picture
from tasks.pictures.words_picture import words_picture
from tasks.search.find import Question
from tasks.words.request import WordsRequest

REQUEST = WordsRequest(Question("", language="en"))


def test_key_words_point_to_the_side_where_they_are_frequent(tmp_path: Path) -> None:
    request = replace(REQUEST, pair=("courier", "*"))
    rows = [{"word": word, "keyness": value} for word, value in (("ferry", 4.5), ("bridge", -3.0))]
    spec = words_picture(rows, request, ["a: courier, 9 words in 1 article."])
    [panel] = spec["vconcat"]
    assert [bar["value"] for bar in panel["data"]["values"]] == [4.5, -3.0]
    write_picture(tmp_path / "key.svg", spec, "key words")
    texts = {element.text for element in ET.parse(tmp_path / "key.svg").iter()}
    assert {"ferry", "bridge", "Key words: courier and all others", "Language en"} <= texts


def test_parts_are_panels_of_which_some_are_drawn() -> None:
    request = replace(REQUEST, by="section")
    names = [f"section {number}" for number in range(9)] + [None]
    rows = [
        {"section": name, "word": f"w{number}", "per_million": 9.0}
        for name in names
        for number in range(40)
    ]
    spec = words_picture(rows, request, [])
    assert [panel["title"]["text"] for panel in spec["vconcat"]] == names[:8]
    assert {len(panel["data"]["values"]) for panel in spec["vconcat"]} == {25}
    scales = [panel["encoding"]["x"]["scale"]["domain"] for panel in spec["vconcat"]]
    assert scales == [[0, 9.0]] * 8
    assert "The first 8 of 10 are drawn" in spec["title"]["subtitle"]
