import re
from pathlib import Path

import pytest

from tasks.process import terms
from tasks.process.clean import known_lines
from tasks.reasons import FetchReason, Reason, Selection

SQL = Path(__file__).parents[1] / "warehouse" / "sql"
PAGE_TYPES_THAT_ARE_LOADED = {"article", "live", "gallery", "video"}


@pytest.mark.parametrize("names", [Reason, FetchReason, Selection])
def test_every_reason_has_a_meaning_of_one_sentence(
    names: type[Reason] | type[FetchReason] | type[Selection],
) -> None:
    for name in names:
        assert re.fullmatch(r"[a-z0-9_]+", name.value)
        assert name.meaning.endswith(".")


def test_every_term_has_a_meaning_of_one_sentence() -> None:
    for table in (terms.QUALITY_FLAGS, terms.PAGE_TYPES, terms.ACCESS_STATES):
        for name, meaning in table.items():
            assert re.fullmatch(r"[a-z0-9_]+", name)
            assert meaning.endswith(".")


def test_every_kind_of_dropped_line_is_a_term() -> None:
    assert {f"dropped_{kind}" for kind in known_lines.LINES} <= set(terms.QUALITY_FLAGS)
    assert set(known_lines.LONGEST) == set(known_lines.LINES)


def test_every_page_type_that_is_refused_is_a_reason() -> None:
    assert set(terms.PAGE_TYPES) - PAGE_TYPES_THAT_ARE_LOADED <= set(Reason)


def test_the_reasons_that_resolve_writes_are_named() -> None:
    written = (SQL / "resolve" / "resolve.sql").read_text("utf-8")
    names = set(re.findall(r"'(same_\w+|outdated_version|revisit)'", written))
    assert {"same_bytes", "same_text"} <= names <= set(Reason)


def test_the_verdicts_of_select_are_named() -> None:
    written = (SQL / "nights" / "target_candidates.sql").read_text("utf-8")
    names = set(re.findall(r"(?:then|else) '(\w+)'", written))
    assert {"excluded", "twin", "new", "retry", "changed"} <= names <= set(Selection)
