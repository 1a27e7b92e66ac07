"""The SQL of resolving, compared with a simple model for any captures in any runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.load.resolving import Capture, Tables

# Each example has many articles, because the statements take as long for thirty as for one.
ANY = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Days = st.sampled_from([None, 1, 2, 3])
Texts = st.sampled_from("ABC")
# A page has a text, the day of its capture, and bytes around the text. A revisit has the number of
# the page that it repeats, among those loaded before or with it, and its day.
Page = tuple[str, int | None, str]
Revisit = tuple[int, int | None]
Pages = st.lists(st.tuples(Texts, Days, st.sampled_from(["", "other bytes"])), max_size=4)
Runs = st.lists(
    st.tuples(Pages, st.lists(st.tuples(st.integers(0, 9), Days), max_size=2)), max_size=3
)
Articles = st.lists(Runs, max_size=30)


@dataclass
class Life:
    """The oracle: a simple model of one article, which sorts its states and compares neighbours.

    Attributes:
        states: the day, version and text of each state in the warehouse.
    """

    states: list[tuple[int | None, int, str]] = field(default_factory=list)

    def load(self, captures: Sequence[tuple[str, int | None]]) -> list[tuple[str, int]]:
        """Return the outcome and version of each capture (text, day) of a run, in order."""
        newest = max((version for _, version, _ in self.states), default=0)
        life = [((day is not None, day, 0, v), text, v, -1) for day, v, text in self.states]
        verdicts: dict[int, tuple[str, int]] = {}
        for number, (text, day) in enumerate(captures):
            same = [v for at, v, known in self.states if known == text and day in (None, at)]
            if same:
                verdicts[number] = ("duplicate", max(same))
            else:
                life.append(((1 if day else 2, day, 1, number), text, 0, number))
        life.sort(key=lambda state: tuple(part or 0 for part in state[0]))
        before: tuple[str | None, int] = (None, 0)
        for place, (_, text, version, number) in enumerate(life):
            later = [state for state in life[place:] if state[3] < 0 or state[1] != text]
            if number >= 0 and text == before[0]:
                version = before[1]
            elif number >= 0 and later and later[0][1] == text:
                version = later[0][2]
            elif number >= 0:
                version = newest = newest + 1
                verdicts[number] = ("loaded" if version == 1 else "revised", version)
            verdicts.setdefault(number, ("duplicate", version))
            before = (text, version)
        found = [verdicts[number] for number in range(len(captures))]
        pairs = zip(captures, found, strict=True)
        self.states += [(day, version, text) for (text, day), (_, version) in pairs]
        return found

    def current(self) -> list[tuple[int, str]]:
        newest = max(
            ((day or 0, version, text) for day, version, text in self.states), default=None
        )
        return [newest[1:]] if newest else []


def captures_of(article: int, runs: list[tuple[list[Page], list[Revisit]]]) -> list[list[Capture]]:
    """Return the captures of one article by run; a revisit has the text of its original."""
    url = f"https://courier.example/{article}"
    pages: list[Capture] = []
    captures = []
    for run, (loaded, revisits) in enumerate(runs):
        names = (f"{article}-{run}-{number}" for number in range(9))
        new = [Capture(next(names), *page, url=url) for page in loaded]
        pages += new
        repeated = [(pages[n % len(pages)], day) for n, day in revisits if pages]
        captures.append(
            new + [replace(p, name=next(names), day=day, original=p.name) for p, day in repeated]
        )
    return captures


def interleaved(articles: list[list[list[Capture]]]) -> Iterator[list[Capture]]:
    """Yield the captures of each run, alternating between the articles."""
    for run in zip_longest(*articles, fillvalue=[]):
        yield [one for turn in zip_longest(*run) for one in turn if one is not None]


@ANY
@given(lives=Articles)
def test_the_statements_agree_with_the_oracle_in_every_outcome_and_version(
    tables: Tables, lives: list[list[tuple[list[Page], list[Revisit]]]]
) -> None:
    tables.clear()
    oracle: dict[str, Life] = {}
    for captures in interleaved([captures_of(*life) for life in enumerate(lives)]):
        found = dict(zip(captures, tables.load(captures), strict=True))
        for url in {capture.url for capture in captures}:
            own = [capture for capture in captures if capture.url == url]
            expected = oracle.setdefault(url, Life()).load([(one.text, one.day) for one in own])
            assert [found[one] for one in own] == expected
        shown = {url: [(version, text)] for url, version, text in tables.current()}
        assert shown == {url: life.current() for url, life in oracle.items()}


@ANY
@given(lives=Articles, learned=st.lists(st.booleans(), min_size=3, max_size=3))
def test_any_runs_leave_one_current_version_and_repeating_them_changes_nothing(
    tables: Tables, lives: list[list[tuple[list[Page], list[Revisit]]]], learned: list[bool]
) -> None:
    tables.clear()
    urls = set()
    runs = interleaved([captures_of(*life) for life in enumerate(lives)])
    for is_learned, pages in zip(learned, runs, strict=False):
        captures = [replace(page, below="ad" * (n % 2)) for n, page in enumerate(pages)]
        urls |= {capture.url for capture in captures}
        tables.load(captures, learned=is_learned)
        before = tables.current()
        for since in (is_learned, not is_learned):  # lines may be learned or forgotten in between
            again = tables.load(captures, learned=since)
            assert {outcome for outcome, _ in again} <= {"duplicate"}
            assert tables.current() == before
        assert [url for url, _, _ in before] == sorted(urls)


@ANY
@given(lives=st.lists(st.lists(st.tuples(Texts, st.integers(0, 3)), min_size=1), max_size=30))
def test_articles_shows_the_newest_capture_in_any_order_of_loading(
    tables: Tables, lives: list[list[tuple[str, int]]]
) -> None:
    tables.clear()
    captures = [
        (run, Capture(f"{n}-{day}", text, day, url=f"https://courier.example/{n}"))
        for n, life in enumerate(lives)
        for day, (text, run) in enumerate(life[:9], start=1)
    ]
    for number in range(4):
        tables.load([capture for run, capture in captures if run == number])
    newest = {f"https://courier.example/{n}": life[:9][-1][0] for n, life in enumerate(lives)}
    assert {url: text for url, _, text in tables.current()} == newest


def test_captures_of_one_text_that_a_stored_version_follows_only_show_that_it_existed_earlier(
    tables: Tables,
) -> None:
    tables.load([Capture("1", "A", 1), Capture("4", "B", 4)])
    earlier = [Capture("2", "B", 2), Capture("3", "B", 3, page="other bytes")]
    assert tables.load(earlier) == [("duplicate", 2), ("duplicate", 2)]


def test_a_text_between_two_captures_of_another_is_one_version_and_the_later_capture_stays_current(
    tables: Tables,
) -> None:
    assert tables.load([Capture("1", "A", 1), Capture("3", "A", 3)]) == [
        ("loaded", 1),
        ("duplicate", 1),
    ]
    assert tables.load([Capture("2", "B", 2)]) == [("revised", 2)]
    assert [row[1:] for row in tables.current()] == [(1, "A")]
    again = tables.ask("select day(fetched_at), version from documents order by fetched_at")
    assert again == [(1, 1), (2, 2), (3, 1)], "the ledger says when each text was there"


def outcomes(found: list[tuple[str, int | None]]) -> list[str]:
    return [outcome for outcome, _ in found]


def test_a_page_with_the_same_text_is_a_duplicate_although_boilerplate_was_learned_or_forgotten(
    tables: Tables,
) -> None:
    page = Capture("1", "A", 1, below="d")
    assert outcomes(tables.load([page])) == ["loaded"]
    assert outcomes(tables.load([page.again("2", 2)], learned=False)) == ["duplicate"]
    other = replace(page, below="a")
    assert outcomes(tables.load([other.again("3", 3)])) == ["duplicate"], "other boilerplate only"
    unlearned = tables.load([other.again("4", 4)], learned=False)
    assert outcomes(unlearned) == ["duplicate"], "unchanged since the third capture"
    last = replace(page, below="b").again("5", 5)
    assert outcomes(tables.load([last], learned=False)) == ["revised"], "it is part of the text"


def test_an_older_page_with_the_same_text_is_a_duplicate_of_the_one_after_it(
    tables: Tables,
) -> None:
    page = Capture("1", "A", 3, below="d")
    assert outcomes(tables.load([page])) == ["loaded"]
    assert outcomes(tables.load([page.again("2", 2)], learned=False)) == ["duplicate"]


def change_reasons(tables: Tables) -> list[tuple[int, str | None]]:
    return tables.ask("select version, change_reason from article_versions order by version")


def test_a_change_between_two_capture_times_is_the_publishers(tables: Tables) -> None:
    tables.load([Capture("1", "A", 1), Capture("2", "B", 2)])
    assert change_reasons(tables) == [(1, None), (2, "publisher")]


@pytest.mark.parametrize(("first", "second"), [(None, None), (None, 2), (1, None)])
def test_another_text_without_a_capture_time_is_no_change_by_the_publisher(
    tables: Tables, first: int | None, second: int | None
) -> None:
    tables.load([Capture("1", "A", first)])
    tables.load([Capture("2", "B", second)])
    assert change_reasons(tables) == [(1, None), (2, "input")]


def test_a_version_made_by_reprocessing_is_current_even_if_the_page_was_seen_again_since(
    tables: Tables,
) -> None:
    first, later = Capture("1", "A", 1), Capture("2", "A", 2, page="with another advertisement")
    tables.load([first])
    tables.load([later, Capture("3", day=3, original="1")])
    better = [replace(first, text="A better"), replace(later, text="A better")]
    assert tables.load(better, reprocess=True) == [("revised", 2), ("duplicate", 2)]
    assert tables.current() == [(first.url, 2, "A better")]
    assert change_reasons(tables) == [(1, None), (2, "reprocess")]
    again = [better[1].again("4", 4), Capture("5", day=5, original="1")]
    assert tables.load(again) == [("duplicate", 2), ("duplicate", 2)]
    assert tables.load([Capture("6", "B", 6)]) == [("revised", 3)]
    assert tables.load(better, reprocess=True) == [("duplicate", 2), ("duplicate", 2)]
    assert tables.current() == [(first.url, 3, "B")]


def test_reprocessing_outdated_bytes_makes_no_version_of_captures_that_repeated_them(
    tables: Tables,
) -> None:
    pages = [
        Capture("1", "A", 1),
        Capture("2", "A", 2, page="with another advertisement"),
        Capture("3", "B", 3),
    ]
    tables.load(pages)
    better = [replace(one, text=f"{one.text} better") for one in pages]
    found = tables.load(better, reprocess=True)
    assert found == [("duplicate", 1), ("duplicate", 1), ("revised", 3)]
    assert tables.current() == [(pages[0].url, 3, "B better")]


def test_a_repeated_revisit_has_the_text_of_the_record_that_it_names(tables: Tables) -> None:
    both = [Capture("1", "A", 2, below="ad"), Capture("2", "A", 2)]
    tables.load(both, learned=False)
    tables.load(both)  # the line is learned: the first page repeats the version of the second
    page = Capture("3", "A", below="ad")
    captures = [page, replace(page, name="4", day=1, original="3")]
    tables.load(captures, learned=False)
    before = tables.current()
    for learned in (False, True):
        assert outcomes(tables.load(captures, learned=learned)) == ["duplicate"] * 2
        assert tables.current() == before
