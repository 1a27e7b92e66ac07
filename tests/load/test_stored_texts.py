"""The SQL of comparing with stored bytes after an upgrade, for any captures of one article."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.load.stored_texts import READ_AGAIN, WANTED
from tests.load.resolving import Capture, Tables
from warehouse.schema import RUNS
from warehouse.statements import statement

# A page: its text, and a second part that one extractor takes for text and the other does not.
Page = tuple[str, str]
Extractor = Callable[[Page], str]
PAGES = st.tuples(st.sampled_from("AB"), st.sampled_from("xy"))
DAYS = st.integers(1, 9)
# The days on which the page was captured, with its content. Bytes differ between captures.
PAST = st.dictionaries(DAYS, PAGES, max_size=4).map(lambda life: list(life.items()))
PRESENT = st.lists(st.tuples(DAYS, PAGES), min_size=1, max_size=3)
TABLES_OF_A_COMPARISON = ("doubtful", "compared", "wanted", "read_again", "verdicts")


def fine(page: Page) -> str:
    """Return the text of a page by an extractor that takes the second part for text."""
    return f"fine {page[0]}{page[1]}"


def coarse(page: Page) -> str:
    """Return the text of a page by an extractor that takes the second part for an advertisement."""
    return f"coarse {page[0]}"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Tables in memory, and the pages that were loaded, by their locators."""

    tables: Tables
    pages: dict[str, Page] = field(default_factory=dict, repr=False)

    def load(
        self, captured: Sequence[tuple[int, Page]], extractor: Extractor, name: str
    ) -> list[str]:
        """Load a run of captures, each read by `extractor`; return their outcomes."""
        captures = []
        for number, (day, page) in enumerate(captured):
            record = f"raw/{name}-{number}"
            self.pages[f"{record}#offset=0"] = page
            captures.append(Capture(record, extractor(page), day, payload=record))
        loaded = self.tables.load(captures, between=lambda: self.compare(extractor))
        return [outcome for outcome, _ in loaded]

    def compare(self, extractor: Extractor) -> None:
        """Do the work of `StoredTexts` without files and worker processes."""
        connection = self.tables.connection
        for table in TABLES_OF_A_COMPARISON:
            connection.execute(f"drop table if exists {table}")
        connection.execute(statement("doubtful"))
        connection.execute(statement("compared"), {"code_version": "present"})
        best: dict[tuple[int, int, str], dict[str, object]] = {}
        for place in self.tables.ask(statement("stored_places")):
            row = dict(zip(PLACE, place, strict=True)) | {"part": 0, "file": 0}
            best.setdefault(place[:3], row)
        wanted = pa.Table.from_pylist(list(best.values()), WANTED)
        connection.from_arrow(wanted).to_table("wanted")
        read = [self._read(str(row["locator"]), extractor) for row in best.values()]
        again = pa.Table.from_pylist(list(map(dict, set(read))), READ_AGAIN)
        connection.from_arrow(again).to_table("read_again")
        for name in ("texts_read_again", "states_read_again", "revisits_read_again"):
            connection.execute(statement(name))

    def _read(self, locator: str, extractor: Extractor) -> tuple[tuple[str, object], ...]:
        text = extractor(self.pages[locator])
        row = {"part": 0, "file": 0, "position": 0, "locator": locator, "content_hash": text}
        digest = locator.partition("#")[0]
        return tuple((row | {"whole_hash": text, "payload_digest": digest}).items())


PLACE = ("position", "version", "side", "locator", "run_id", "is_raw", "payload_digest")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.from_arrow(RUNS.arrow.empty_table()).to_table("runs")
        tables = Tables(connection)
        tables.create()
        yield Warehouse(tables)


def require_same_outcomes(
    warehouse: Warehouse,
    past: list[tuple[int, Page]],
    present: list[tuple[int, Page]],
    is_finer: bool,
) -> None:
    old, new = (coarse, fine) if is_finer else (fine, coarse)
    outcomes = []
    for extractor in (new, old):
        warehouse.tables.clear()
        warehouse.load(past, extractor, "past")
        outcomes.append(warehouse.load(present, new, "present"))
    assert outcomes[0] == outcomes[1]
    assert warehouse.load(present, new, "again") == ["duplicate"] * len(present)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(past=PAST, present=PRESENT, is_finer=st.booleans())
def test_outcomes_are_the_same_as_if_the_present_extractor_had_always_been_used(
    warehouse: Warehouse,
    past: list[tuple[int, Page]],
    present: list[tuple[int, Page]],
    is_finer: bool,
) -> None:
    require_same_outcomes(warehouse, past, present, is_finer)


@pytest.mark.parametrize(
    ("past", "present", "is_finer"),
    [
        ([(1, ("A", "y")), (2, ("A", "x"))], [(1, ("A", "x"))] * 2, True),
        ([(8, ("B", "y")), (3, ("B", "x"))], [(4, ("B", "y")), (4, ("A", "x"))], True),
        ([(4, ("A", "y")), (7, ("A", "x"))], [(5, ("B", "x")), (6, ("A", "x"))], False),
        ([(3, ("A", "y"))], [(1, ("A", "y")), (3, ("A", "y")), (1, ("B", "y"))], False),
    ],
)
def test_captures_between_states_of_which_each_has_a_text_of_its_own_are_decided_alike(
    warehouse: Warehouse,
    past: list[tuple[int, Page]],
    present: list[tuple[int, Page]],
    is_finer: bool,
) -> None:
    require_same_outcomes(warehouse, past, present, is_finer)


def test_a_capture_with_the_digest_of_a_stored_version_is_a_duplicate_without_reading(
    warehouse: Warehouse,
) -> None:
    warehouse.tables.clear()
    stored = Capture("archive", coarse(("A", "x")), 3, payload="bytes")
    earlier = Capture("older archive", fine(("A", "x")), 1, payload="bytes")
    assert warehouse.tables.load([stored]) == [("loaded", 1)]
    loaded = warehouse.tables.load([earlier], between=lambda: warehouse.compare(fine))
    assert loaded == [("duplicate", 1)]


def test_a_revisit_has_the_text_of_the_capture_of_the_same_run_that_it_names(
    warehouse: Warehouse,
) -> None:
    warehouse.tables.clear()
    warehouse.load([(1, ("A", "x"))], coarse, "past")
    present = [
        Capture("raw/now", fine(("A", "x")), 3, payload="other bytes"),
        Capture("raw/revisit", day=2, original="raw/now"),
    ]
    loaded = warehouse.tables.load(present, between=lambda: warehouse.compare(fine))
    assert loaded == [("duplicate", 1), ("duplicate", 1)]


def test_a_capture_repeats_the_version_before_it_rather_than_the_one_after_it(
    warehouse: Warehouse,
) -> None:
    warehouse.tables.clear()
    warehouse.load([(1, ("A", "x")), (5, ("A", "y"))], fine, "past")
    present = [Capture("raw/now", coarse(("A", "x")), 3, payload="other bytes")]
    loaded = warehouse.tables.load(present, between=lambda: warehouse.compare(coarse))
    assert loaded == [("duplicate", 1)]


def test_only_the_bytes_of_possible_revisions_are_read_again(warehouse: Warehouse) -> None:
    warehouse.tables.clear()
    warehouse.load([(1, ("A", "x")), (5, ("B", "x"))], coarse, "past")
    assert warehouse.load([(3, ("A", "y"))], coarse, "same") == ["duplicate"]
    assert warehouse.tables.ask("select count(*) from wanted") == [(0,)]
    assert warehouse.load([(2, ("C", "y"))], fine, "other") == ["revised"]
    assert warehouse.tables.ask("select count(*) from wanted") == [(2,)]
