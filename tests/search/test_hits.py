"""The search finds what a plain scan of all texts finds, in many languages."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.search.find import Desk, Question, open_desk
from tasks.search.match import ArticleText, Matcher
from tasks.search.query import parse_query
from tasks.search.tree import Folding
from tests.articles import article
from tests.pipeline.nights import Nights
from tests.search.languages import invented
from tests.search.oracle import Asker, Doc, scan

CORPORA = os.environ.get("BROADSHEET_CORPORA", "")
ARTICLES = 140
FOLDINGS = (Folding(case=True), Folding(accents=False), Folding(case=True, accents=False))


class Corpus:
    """Articles that are published, and the same articles as the scan sees them.

    Attributes:
        docs: the scanned articles by article_id.
    """

    def __init__(self, folder: Path, texts: Sequence[tuple[str, str, str]]) -> None:
        self.nights = Nights(folder)
        articles = [
            replace(
                article(f"https://courier.example/{number}", text, position=number, day=11),
                title=title,
                language=language,
            )
            for number, (language, title, text) in enumerate(texts)
        ]
        self.nights.load(*articles)
        stored = self.nights.ask("select article_id, title, text from articles")
        self.docs = {key: Doc(scan(title or ""), scan(text)) for key, title, text in stored}

    def check(self, desk: Desk, queries: int, seed: int) -> int:
        """Ask random queries, and return how many hits all of them have together."""
        asker = Asker(list(self.docs.values()), seed)
        hits = 0
        for _ in range(queries):
            asked = asker.ask()
            found = [row.article_id for row in desk.find(Question(asked.query))]
            expected = sorted(key for key, doc in self.docs.items() if asked.matches(doc))
            assert sorted(found) == expected, asked.query
            hits += len(expected)
        return hits


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(tmp_path_factory.mktemp("hits") / "w", invented(ARTICLES, seed=4))


@pytest.fixture
def desk(corpus: Corpus) -> Iterator[Desk]:
    with open_desk(corpus.nights.folder) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(2))
def test_random_queries_find_what_a_scan_finds(corpus: Corpus, desk: Desk, seed: int) -> None:
    assert corpus.check(desk, 40, seed) > ARTICLES


@pytest.mark.slow
@pytest.mark.parametrize("folding", FOLDINGS)
def test_the_index_finds_what_the_texts_say_with_every_folding(
    corpus: Corpus, desk: Desk, folding: Folding
) -> None:
    """The index decides most queries alone; `Matcher` decides them on the words of each text."""
    asker = Asker(list(corpus.docs.values()), seed=7)
    query = "select article_id, title, text from articles"
    texts = desk.connection.execute(query).fetchall()
    for _ in range(120):
        query = asker.ask().query
        node = parse_query(query, folding)
        expected = [
            key
            for key, title, text in texts
            if Matcher(ArticleText(title, text, (), lambda _: False), folding).matches(node)
        ]
        found = [row.article_id for row in desk.find(Question(query, folding=folding))]
        assert sorted(found) == sorted(expected), query


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 12))
def test_many_random_queries_find_what_a_scan_finds(corpus: Corpus, desk: Desk, seed: int) -> None:
    corpus.check(desk, 200, seed)


@pytest.mark.slow
@pytest.mark.timeout(900)  # the plain scan reads long texts slowly
@pytest.mark.skipif(not CORPORA, reason="needs the corpora")
def test_queries_of_real_texts_find_what_a_scan_finds(tmp_path: Path) -> None:
    lines = Path(CORPORA, "dev", "gold.jsonl").read_text("utf-8").splitlines()
    gold = [json.loads(line) for line in lines]
    texts = [
        (g.get("language") or "und", g.get("title") or "", g["text"]) for g in gold if g.get("text")
    ]
    corpus = Corpus(tmp_path / "w", texts)
    with open_desk(corpus.nights.folder) as desk:
        assert corpus.check(desk, 120, seed=1) > len(texts)
