import re
from pathlib import Path

from tasks.process import boilerplate, terms

PROCESS = Path(terms.__file__).parent


def test_every_term_has_a_meaning_of_one_sentence() -> None:
    for table in (
        terms.REJECTION_REASONS,
        terms.FAILURE_REASONS,
        terms.QUALITY_FLAGS,
        terms.PAGE_TYPES,
        terms.ACCESS_STATES,
    ):
        for name, meaning in table.items():
            assert re.fullmatch(r"[a-z0-9_]+", name)
            assert meaning.endswith(".")


def test_every_kind_of_dropped_line_is_a_term() -> None:
    assert {f"dropped_{kind}" for kind in boilerplate.LINES} <= set(terms.QUALITY_FLAGS)
    assert set(boilerplate.LONGEST) == set(boilerplate.LINES)


def test_every_reason_of_the_guards_is_a_term() -> None:
    source = (PROCESS / "guards.py").read_text("utf-8")
    reasons = set(re.findall(r'return "(too_\w+)"', source))
    assert len(reasons) == 4
    assert reasons <= set(terms.REJECTION_REASONS)
