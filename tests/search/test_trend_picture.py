"""`trend --plot`: a picture of the shares, with what was collected below it."""

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest

from config.errors import UsageError
from tasks.pictures.picture_file import require_picture, write_picture
from tasks.pictures.trend_picture import trend_picture
from tasks.search.find import Question
from tasks.search.trend import Trend, TrendPoint

COLLECTED = {1: 4, 2: 2, 3: 0, 4: 0, 5: 8}
QUERY = 'ferry|"a|b" OR <渡轮>'


def spec(*names: str) -> dict[str, object]:
    points = [
        TrendPoint(date(2025, month, 1), name, count, 1 if count else None)
        for month, count in COLLECTED.items()
        for name in names
    ]
    return trend_picture(Trend(points, {}), Question(QUERY, source="courier"), "month", 1000)


def test_a_gap_in_collection_is_shaded_and_no_line_goes_through_it() -> None:
    shares, collected = spec("ferry", "bridge")["vconcat"]  # type: ignore[misc]
    shaded, lines, marks = shares["layer"]
    assert [row["start"] for row in shaded["data"]["values"]] == ["2025-03-01", "2025-04-01"]
    ferry = [row for row in lines["data"]["values"] if row["series"] == "ferry"]
    assert [row["share"] for row in ferry] == [250.0, 500.0, 125.0]
    assert ferry[0]["run"] == ferry[1]["run"] != ferry[2]["run"]
    assert len(marks["data"]["values"]) == 6
    assert [row["count"] for row in collected["data"]["values"]] == list(COLLECTED.values())


def test_a_point_stands_in_the_middle_of_its_day() -> None:
    points = [TrendPoint(date(2025, 3, 1), "ferry", 1, 1)]
    drawn = trend_picture(Trend(points, {}), Question("ferry"), "day", 1000)
    _, lines, _ = drawn["vconcat"][0]["layer"]
    assert lines["data"]["values"][0]["middle"] == "2025-03-01T12:00:00Z"


def test_the_picture_is_svg_or_png_and_names_what_it_shows(tmp_path: Path) -> None:
    names = ("ferry", '"a|b" OR <渡轮>')
    for file in ("trend.svg", "trend.PNG"):
        write_picture(tmp_path / file, spec(*names), QUERY)
    assert (tmp_path / "trend.PNG").read_bytes().startswith(b"\x89PNG")
    svg = (tmp_path / "trend.svg").read_text("utf-8")
    root = ET.fromstring(svg)
    texts = {element.text for element in root.iter() if element.text}
    assert {*names, QUERY, "collected", "Source courier"} <= texts
    assert any("nothing was collected (2 of 5 months)" in text for text in texts)
    assert svg.count("http") == svg.count("http://www.w3.org/")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trend.PNG", "trend.svg"]


def test_a_file_that_cannot_be_a_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "w").mkdir()
    for name, message in {
        "trend.gif": "end it with .svg or .png",
        "trend": "end it with .svg or .png",
        "missing/trend.svg": "no folder",
        "folder.svg": "is a folder",
        "w/trend.svg": "lies in the warehouse",
    }.items():
        with pytest.raises(UsageError, match=message):
            require_picture(tmp_path / name, tmp_path / "w")
    with pytest.raises(UsageError, match=r"cannot be written to /proc/trend\.svg"):
        write_picture(Path("/proc/trend.svg"), spec("ferry"), QUERY)
