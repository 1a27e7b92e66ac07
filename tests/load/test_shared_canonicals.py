"""Pages with the same canonical URL are one article only if they tell the same story."""

from collections.abc import Sequence
from itertools import permutations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tasks.load.identify
from tests.load.resolving import Capture, Tables

pytestmark = pytest.mark.slow

SITE = "https://www.courier.example"
FIRST = f"{SITE}/2025/03/11/story-0"
SECTION = f"{SITE}/town"


def page(
    story: int, *, host: str = "www", edit: int = 0, day: int = 1, canonical: str | None = FIRST
) -> Capture:
    """Make a page of a story; an edited page has another headline and another second half.

    All stories of the site share some phrases.
    """
    sentences = [
        f"Engineers drilled {story + n} holes in the wall of the weir {story}" for n in range(4)
    ]
    sentences[2:] = [f"{sentence} in version {edit}" for sentence in sentences[2:]]
    return Capture(
        name=f"{story}-{host}-{edit}-{day}",
        text=". ".join([*sentences, "Nobody spoke against the plan"]),
        day=day,
        url=f"https://{host}.courier.example/2025/03/11/story-{story}",
        canonical=canonical,
        title=f"Weir {story} closes, edition {edit}",
    )


def shown(tables: Tables) -> dict[str, str]:
    """Return the id of each article, by its current text."""
    query = (
        "select text, article_id from article_versions "
        "anti join superseded using (article_id, version)"
    )
    return dict(tables.ask(query))


@pytest.mark.parametrize("canonical", [FIRST, SECTION])
@pytest.mark.parametrize("together", [True, False])
def test_stories_that_share_a_careless_canonical_are_articles_in_any_order(
    tables: Tables, canonical: str, together: bool
) -> None:
    pages = [page(story, day=story + 1, canonical=canonical) for story in range(3)]
    for order in permutations(pages):
        tables.clear()
        runs: Sequence[Sequence[Capture]] = [order] if together else [[one] for one in order]
        ids: dict[str, str] = {}
        for run in runs:
            assert [outcome for outcome, _ in tables.load(run)] == ["loaded"] * len(run)
            assert ids.items() <= shown(tables).items(), "what is published keeps its id"
            ids = shown(tables)
        assert set(ids) == {one.text for one in pages}
        for again in order:  # each is still known by its own address
            assert tables.load([again]) == [("duplicate", 1)]


def test_the_page_at_the_canonical_address_gets_its_key_and_other_pages_keep_their_own(
    tables: Tables,
) -> None:
    tables.load([page(story) for story in range(3)])
    keys = tables.ask("select url_key, claimed_key from article_versions order by 1")
    first = FIRST.removeprefix("https:")
    assert keys == [(f"{first[:-1]}{story}", first) for story in range(3)]


@pytest.mark.parametrize("together", [True, False])
def test_variants_of_a_story_share_an_article_even_if_the_story_was_revised(
    tables: Tables, together: bool
) -> None:
    pages = [page(0, host="m"), page(0, edit=1, day=2), page(0, host="amp", edit=1, day=3)]
    runs = [pages] if together else [[one] for one in pages]
    outcomes = [outcome for run in runs for outcome, _ in tables.load(run)]
    assert outcomes == ["loaded", "revised", "duplicate"]
    assert list(shown(tables)) == [page(0, edit=1).text]


def test_a_story_with_the_same_headline_and_another_text_is_a_revision(tables: Tables) -> None:
    old = page(0, host="m")
    new = page(7, day=2)
    tables.load([old])
    renewed = Capture("new", new.text, 2, url=FIRST, canonical=FIRST, title=old.title)
    assert tables.load([renewed]) == [("revised", 2)]


def test_a_story_that_is_completely_rewritten_at_its_address_is_a_revision(tables: Tables) -> None:
    old, new = page(0), page(5, day=2)
    tables.load([old])
    renewed = Capture("new", new.text, 2, url=old.url, canonical=FIRST, title=new.title)
    assert tables.load([renewed]) == [("revised", 2)]


def test_an_address_whose_canonical_changes_with_its_story_is_no_article_of_its_own(
    tables: Tables,
) -> None:
    top = f"{SITE}/top-story"
    for day in (1, 2):
        story = page(day, day=day)
        own = f"{SITE}/2025/03/11/story-{day}"
        seen = Capture(f"top-{day}", story.text, day, url=top, canonical=own, title=story.title)
        assert tables.load([seen]) == [("loaded", 1)]


def test_an_article_without_a_canonical_keeps_its_id_when_it_gets_a_careless_one(
    tables: Tables,
) -> None:
    tables.load([page(1, canonical=None), page(0)])
    assert tables.load([page(1, day=2), page(2, day=2)]) == [("duplicate", 1), ("loaded", 1)]


def test_claims_are_read_in_ranges_and_texts_of_too_many_addresses_are_not_compared(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.load.identify, "CLAIMS_AT_ONCE", 3)
    monkeypatch.setattr(tasks.load.identify, "MOST_COMPARED", 2)
    keys = [f"{SITE}/section-{n}" for n in range(3)]
    variants = [page(0, host="m", edit=1, canonical=keys[0]), page(0, canonical=keys[0])]
    many = [page(story, canonical=key) for key in keys[1:] for story in (3, 4, 5)]
    same_headline = Capture(
        "x", "Other", 1, url=f"{SITE}/x", canonical=keys[1], title=many[0].title
    )
    outcomes = tables.load([*variants, *many[:3], same_headline])
    assert [outcome for outcome, _ in outcomes] == ["loaded", "revised", *["loaded"] * 3, "revised"]
    edited = page(3, host="m", edit=1, day=2, canonical=keys[1])
    assert tables.load([edited]) == [("loaded", 1)], "too many addresses to compare sentences"


Pages = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["www", "m"]), st.integers(0, 1)),
    unique=True,
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    pages=Pages,
    canonicals=st.lists(st.sampled_from([FIRST, SECTION, "own"]), min_size=4, max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_any_order_of_any_pages_gives_one_article_for_each_story(
    tables: Tables,
    pages: list[tuple[int, str, int]],
    canonicals: list[str],
    order: Random,
) -> None:
    tables.clear()
    captures = []
    for day, (story, host, edit) in enumerate(pages, start=1):
        own = f"{SITE}/2025/03/11/story-{story}"
        canonical = own if canonicals[story] == "own" else canonicals[story]
        captures.append(page(story, host=host, edit=edit, day=day, canonical=canonical))
    order.shuffle(captures)
    ids: dict[str, str] = {}
    while captures:
        run = [captures.pop() for _ in range(order.randint(1, len(captures)))]
        tables.load(run)
        current = dict(tables.ask("select url, article_id from article_versions"))
        assert ids.items() <= current.items(), "what is published keeps its id"
        ids = current
    newest = {story: page(story, edit=edit).text for story, _, edit in pages}
    assert sorted(shown(tables)) == sorted(newest.values())
    stories_by_article = tables.ask(
        "select article_id, list(distinct regexp_extract(text, 'weir .')) "
        "from article_versions group by all"
    )
    assert all(len(stories) == 1 for _, stories in stories_by_article)


def test_a_canonical_is_not_believed_if_its_address_has_another_story(
    tables: Tables,
) -> None:
    resident = page(0, canonical=SECTION)
    for run in ([resident, page(1)], [page(2)]):
        assert [outcome for outcome, _ in tables.load(run)] == ["loaded"] * len(run)
    assert len(shown(tables)) == 3
