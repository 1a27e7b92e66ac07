"""`words`: counts are those of a plain scan, and measures those of published examples."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import duckdb
import pytest

from config.errors import UsageError
from config.settings import load_settings
from tasks.search.find import Question
from tasks.words import count_table
from tasks.words.answers import WordsAnswer, answer_words
from tasks.words.count_table import CountTable
from tasks.words.counting import Counted, articles_to_count, word_counts
from tasks.words.request import REST, WordLimits, WordsRequest
from tasks.words.word_lists import counted_words, near_words
from tests.articles import article
from tests.pipeline.nights import Nights
from tests.search.languages import invented
from tests.search.oracle import scan
from warehouse.query import opened

ALL = WordsRequest(Question(""), limits=WordLimits(limit=0))
PAIR = replace(ALL, pair=("one", "two"), limits=WordLimits(limit=0, min_count=1))


@contextmanager
def counted(texts: dict[str | None, dict[str, int]]) -> Iterator[Counted]:
    """Yield counts as if these words had been counted, each part in one article."""
    with duckdb.connect() as connection:
        words, near = CountTable(connection, "words"), CountTable(connection, "near_words")
        for part, counts in texts.items():
            words.add(part, list(Counter(counts).elements()))
        words.finish()
        yield Counted(connection, words, near, {})


def answered(found: Counted, request: WordsRequest) -> list[dict[str, Any]]:
    answer = answer_words(found, request)
    return given(found, answer)


def given(found: Counted, answer: WordsAnswer) -> list[dict[str, Any]]:
    cursor = found.connection.execute(answer.query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_keyness_is_that_of_a_published_example() -> None:
    """52 times in 50,000 words beside 57 times in 75,000 gives + 2.65.

    The figures are those that Lancaster University explains its log-likelihood calculator with. The
    formula is that of P. Rayson and R. Garside (2000), https://ucrel.lancs.ac.uk/llwizard.html. By
    hand: the word is expected 50,000 * 109 / 125,000 = 43.6 and 65.4 times.
    """
    by_hand = 2 * (52 * log(52 / 43.6) + 57 * log(57 / 65.4))
    assert round(by_hand, 2) == 2.65
    texts: dict[str | None, dict[str, int]] = {
        "a": {"word": 52, "rest": 50_000 - 52},
        "b": {"word": 57, "rest": 75_000 - 57},
    }
    with counted(texts) as found:
        rows = answered(found, PAIR)
    assert (rows[0]["word"], rows[0]["keyness"]) == ("word", 2.65)
    assert (rows[0]["count_a"], rows[0]["per_million_a"], rows[0]["per_million_b"]) == (
        52,
        1040,
        760,
    )
    with counted({"a": texts["b"], "b": texts["a"]}) as found:
        assert answered(found, PAIR)[-1]["keyness"] == -2.65


def test_words_of_equal_rates_are_key_for_neither_side() -> None:
    with counted({"a": {"x": 1, "y": 2, "only": 1}, "b": {"x": 2, "y": 4, "other": 2}}) as found:
        rows = answered(found, PAIR)
        assert [(row["word"], row["keyness"] > 0) for row in rows] == [
            ("only", True),
            ("other", False),
        ]
        rare = replace(PAIR, limits=WordLimits(min_count=2))
        assert [row["word"] for row in answered(found, rare)] == ["other"]
        none = replace(PAIR, limits=WordLimits(min_count=1, min_articles=2))
        assert answered(found, none) == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((110, 2442, 111, 29114), 270.72),
        ((29, 13, 123, 31612), 263.90),
        ((31, 23, 139, 31584), 256.84),
    ],
)
def test_likelihoods_of_neighbours_are_those_of_dunnings_table(
    cells: tuple[int, int, int, int], expected: float
) -> None:
    """The bigrams "the swiss", "can be" and "previous year" of T. Dunning (1993), table 1."""
    k11, k12, k21, k22 = cells
    with counted({None: {"word": k11 + k12, "rest": k21 + k22}}) as found:
        found.near.add("node", ["word"] * k11 + ["rest"] * k21)
        found.near.finish()
        found.places["node"] = k11 + k21
        rows = answered(found, replace(ALL, near="node"))
    assert {row["word"]: row["log_likelihood"] for row in rows}["word"] == expected
    assert {row["word"]: row["log_likelihood"] for row in rows}["rest"] == -expected


def test_log_dice_is_that_of_its_formula() -> None:
    """8 times together, of 389 and 230 times, gives 8.726; always together gives 14."""
    for together, node, word, expected in ((8, 389, 230, 8.73), (300, 300, 300, 14)):
        with counted({None: {"word": word, "rest": 9_000}}) as found:
            found.near.add("node", ["word"] * together)
            found.near.finish()
            found.places["node"] = node
            [row] = answered(found, replace(ALL, near="node"))
        assert row["log_dice"] == expected


def scanned(text: str) -> list[str]:
    """The words of a text as a plain scan sees them; pairs where a script has no spaces."""
    words, found = scan(text), []
    for number, word in enumerate(words):
        continues = number > 0 and words[number - 1].is_unit and words[number - 1].goes_on
        if word.goes_on:
            found.append(word.form + words[number + 1].form)
        elif not continues:
            found.append(word.form)
    return found


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    nights = Nights(tmp_path_factory.mktemp("words") / "w")
    nights.load(
        *(
            replace(
                article(f"https://courier.example/{number}", text, position=number, day=11),
                title=title,
                language=language,
                section=f"section {number % 3}" if number % 4 else None,
                published_date=None
                if number % 5 == 0
                else article("", "", position=0).published_date,
            )
            for number, (language, title, text) in enumerate(invented(84, seed=8))
        )
    )
    return nights


@contextmanager
def asked(nights: Nights, request: WordsRequest) -> Iterator[Counted]:
    with (
        opened(nights.folder) as published,
        word_counts(published, request, nights.settings, lambda _: None) as found,
    ):
        yield found


@pytest.mark.parametrize("most", [None, 40])
def test_frequencies_are_those_of_a_plain_scan(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    """Also if few counts fit into memory, so that they are written and added up many times."""
    if most:
        monkeypatch.setattr(count_table, "_MOST_IN_MEMORY", most)
        monkeypatch.setattr(count_table, "_MOST_PARTIAL_ROWS", 10 * most)
    times: Counter[tuple[str | None, str]] = Counter()
    articles: Counter[tuple[str | None, str]] = Counter()
    for language, title, text in nights.ask("select language, title, text from articles"):
        words = [(language, word) for word in scanned(title) + scanned(text)]
        times.update(words)
        articles.update(set(words))
    request = replace(ALL, by="language")
    with asked(nights, request) as found:
        rows = answered(found, request)
    assert {(row["language"], row["word"]): row["count"] for row in rows} == times
    assert {(row["language"], row["word"]): row["articles"] for row in rows} == articles
    total = sum(count for (language, _), count in times.items() if language == "ja")
    first = next(row for row in rows if row["language"] == "ja")
    assert first["per_million"] == round(first["count"] * 1e6 / total, 1)
    assert first["per_1000"] == round(first["articles"] * 1000 / 6, 2)


def test_parts_are_ordered_limited_and_those_without_a_name_come_last(nights: Nights) -> None:
    request = replace(ALL, by="section", limits=WordLimits(limit=2))
    with asked(nights, request) as found:
        answer = answer_words(found, request)
        rows = given(found, answer)
    assert [row["section"] for row in rows] == [
        *("section 0", "section 0", "section 1", "section 1", "section 2", "section 2"),
        *(None, None),
    ]
    assert (answer.rows, answer.found > 100) == (8, True)


def test_bounds_choose_the_articles(nights: Nights) -> None:
    def number(question: Question) -> int:
        with opened(nights.folder) as published:
            return articles_to_count(published, replace(ALL, question=question))

    day = article("", "", position=0).published_date
    assert number(Question("", first=day)) == number(Question("", last=day)) == 67
    assert number(Question("", language="th")) == 6
    assert number(Question("", source="courier.example")) == 84


def test_a_part_can_be_compared_with_all_others(nights: Nights) -> None:
    request = replace(PAIR, by="language", pair=("en", REST))
    with opened(nights.folder) as published:
        assert articles_to_count(published, request) == 84
    with asked(nights, request) as found:
        rows = answered(found, request)
        assert found.words.articles == {"a": 6, "b": 78}
    assert rows[0]["keyness"] > 0 > rows[-1]["keyness"]
    assert all(row["count_a"] + row["count_b"] > 0 for row in rows)


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("en", "xx"), "the language 'xx': there are "),
        (("e|n", "en"), r"the language 'e\|n': there are "),
    ],
)
def test_a_part_that_is_not_there_is_named(
    nights: Nights, pair: tuple[str, str], message: str
) -> None:
    with opened(nights.folder) as published, pytest.raises(UsageError, match=message):
        articles_to_count(published, replace(PAIR, by="language", pair=pair))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (replace(ALL, near="a", by="source"), "leave out --by"),
        (replace(ALL, near="a", pair=("a", "b")), "leave out --by"),
        (replace(ALL, near="a|"), "it is empty"),
        (replace(ALL, near="a|a"), "the same"),
        (replace(ALL, near="a OR b"), "takes a word"),
        (replace(ALL, near="title:a"), "takes a word"),
        (replace(ALL, near="(a|b)"), r"separates series"),
        (replace(ALL, near="a", span=0), "from 1 to 50"),
        (replace(ALL, pair=("a", "a")), "two different"),
        (replace(ALL, pair=("*", "a")), "Only the second"),
    ],
)
def test_options_that_make_no_sense_are_refused(request_: WordsRequest, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        request_.check()


NEAR: list[tuple[str, str, int, int, Sequence[str]]] = [
    ("The old ferry sails. A new Ferry rests.", "ferry", 1, 2, ["old", "sails", "new", "rests"]),
    ("one ferry two ferry three", "ferry", 2, 2, ["one", "two", "three"]),
    ("a b the ferry strike c d", '"ferry strike"', 1, 1, ["the", "c"]),
    ("ferries and ferry-men", "ferr*", 1, 2, ["and", "men"]),
    ("no such word", "ferry", 3, 0, []),
    ("", "ferry", 3, 0, []),
    ("東京都の港", "京都", 1, 1, ["の港"]),
    ("横浜港の東京は晴れ", "東京", 9, 1, ["横浜", "浜港", "港の", "は晴", "晴れ"]),
    ("كتاب جديد", "كتاب", 2, 1, ["جديد"]),
]


@pytest.mark.parametrize(("text", "node", "span", "times", "words"), NEAR)
def test_words_near_a_phrase(
    text: str, node: str, span: int, times: int, words: Sequence[str]
) -> None:
    [phrase] = replace(ALL, near=node).nodes().values()
    assert near_words([text], phrase, span) == (times, words)


def test_a_word_that_never_occurs_has_no_neighbours(nights: Nights) -> None:
    request = replace(ALL, near="zzz|ferry", limits=WordLimits(limit=0, min_count=1))
    with asked(nights, request) as found:
        answer = answer_words(found, request)
        rows = given(found, answer)
    assert {row["near"] for row in rows} == {"ferry"}
    assert "zzz: 0 places in 0 articles." in answer.notes


def test_signs_and_emoji_are_no_words() -> None:
    plain: Callable[[str], list[str]] = counted_words
    assert plain("| ☂ -- …") == plain("") == []
    assert plain("東 と 京都市 a/b") == ["東", "と", "京都", "都市", "a", "b"]


def test_a_warehouse_without_tables_says_what_to_do(tmp_path: Path) -> None:
    from flows.actions.words import WordsOutput, words_command

    with pytest.raises(UsageError, match="broadsheet ingest"):
        words_command(ALL, WordsOutput(), load_settings(warehouse=tmp_path / "w"))
