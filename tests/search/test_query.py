"""The query language: what is understood, and what a mistake says."""

import pytest

from config.errors import UsageError
from tasks.search.match import ArticleText, Matcher
from tasks.search.query import parse_query, split_series
from tasks.search.tree import Folding, leaves

TEXT = (
    "L’accord: the Inner-Basin ferry strike, 1,000.5 tonnes. "
    "Café au lait, naïve ＡＢＣ. 渡轮罢工在继续"
)
LONG = " OR ".join(f"word{number}" for number in range(1_000))


def matches(query: str, folding: Folding = Folding()) -> bool:  # noqa: B008
    article = ArticleText("A title", TEXT, ("Ida Marsh", "Bo Lind"), lambda _: True)
    return Matcher(article, folding).matches(parse_query(query, folding))


@pytest.mark.parametrize(
    "query",
    [
        *("l'accord", "l’accord", '"l accord"', "inner-basin", '"Inner Basin!"', "1,000.5"),
        *(
            "ferr*",
            '"ferr* str*"',
            '"strike ferry"~0',
            '"the strike"~3',
            "abc",
            "ＦＥＲＲＹ",
            "Ａ*",
        ),
        *(
            "ferry strike",
            "ferry AND (storm OR strike)",
            "NOT storm",
            "NOT NOT ferry",
            "“ferry strike”",
        ),
        *("罢工", "渡轮罢工", "轮", "继续*", 'text:"渡轮罢工"', "author:marsh", 'author:"bo lind"'),
        *(
            "title:title",
            "title:(title NOT ferry)",
            "cafe\u0301",
            "fer\u00adry",
            LONG + " OR ferry",
        ),
    ],
)
def test_a_query_finds_the_article(query: str) -> None:
    assert matches(query)


@pytest.mark.parametrize(
    "query",
    [
        *(
            "ferr",
            "cafe",
            "accord*x OR storm".replace("*x", "s"),
            '"strike ferry"',
            '"the strike"~2',
        ),
        *("NOT ferry", "ferry NOT strike", "罢在", "轮渡", "title:ferry", 'author:"marsh bo"'),
        *("author:ferry", '"ferry ferry"~50', "storm", LONG),
    ],
)
def test_a_query_does_not_find_the_article(query: str) -> None:
    assert not matches(query)


def test_case_and_accents_count_as_asked() -> None:
    assert matches("Inner", Folding(case=True))
    assert not matches("inner", Folding(case=True))
    assert matches("cafe naive", Folding(accents=False))
    assert matches("çafé", Folding(accents=False))
    assert not matches("Cafe", Folding(case=True))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "position 1: it is empty"),
        ("   ", "position 1: it is empty"),
        ('ferry "strike', "position 7: this quotation mark is never closed"),
        ("(ferry", "position 1: this bracket is never closed"),
        ("ferry)", "position 6: there is no bracket"),
        ("()", "position 2: a word is missing"),
        ("ferry AND", "position 10: a word is missing"),
        ("OR ferry", "position 1: a word is missing"),
        ("NOT", "position 4: a word is missing"),
        ("*", r"position 1: a \* stands"),
        ("f*rry", r"position 2: a \* stands"),
        ("ferry *", r"position 7: a \* stands"),
        ("🎉", "position 1: there is no letter"),
        ('"..."', "position 1: there is no letter"),
        ("-strike", "position 1: a - before a word"),
        ("ferry|bridge", "position 6: the sign |"),
        ("city:london", "position 1: there is no field city"),
        ("title:(text:ferry)", "position 7: text: stands within title:"),
        ('"ferry strike"~x', "position 15: a ~ takes a number"),
        ('"ferry strike"~999', "position 15: a ~ takes a number"),
        ('"ferry"~5', "position 1: a near takes 2 to 8 words"),
        ("(" * 60 + "ferry" + ")" * 60, "more than 50 levels"),
        ("NOT " * 60 + "ferry", "more than 50 levels"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_position(query: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("|", r"\|")) as raised:
        parse_query(query)
    assert "\n" not in str(raised.value)


def test_series_are_separated_outside_of_quotes_and_brackets() -> None:
    assert split_series('ferry | "a|b" | (c|d)') == ["ferry", '"a|b"', "(c|d)"]


def test_words_behind_not_have_no_places() -> None:
    assert len(list(leaves(parse_query("ferry AND NOT (strike OR NOT lake)")))) == 2


def test_places_are_those_of_the_text() -> None:
    matcher = Matcher(ArticleText("", TEXT, (), lambda _: True), Folding())
    for query, shown in (
        ("l'accord", "L’accord"),
        ("渡轮罢工", "渡轮罢工"),
        ('"ferry tonnes"~9', None),
    ):
        [leaf] = leaves(parse_query(query))
        [(start, end)] = matcher.spans(leaf, "text")
        assert TEXT[start:end] == (shown or "ferry strike, 1,000.5 tonnes")
