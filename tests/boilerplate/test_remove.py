"""Removing learned lines: the lines that are removed or kept, and the columns that record it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from config.settings import load_settings
from tasks.boilerplate.remove import NOTHING, Learned, line_set, remove_learned_lines
from tasks.process.batch import process_batch
from tasks.process.terms import QUALITY_FLAGS
from tasks.records import Article, Declared, RawDocument
from tasks.web.fingerprint import content_hash
from tests.articles import EMPTY

SETTINGS = load_settings().process
LEDE = (
    "The council said on Tuesday that the ferry would run again in spring, if the ice lets it. " * 2
)
REST = "Members of the harbour committee asked for ten more days, for the quay is not yet mended."
LINE = "Subscribe to our newsletter for more of this."
OTHER = "The Courier is the paper of the harbour since 1871."
DOMAIN = "courier.example"
KNOWN = Learned({DOMAIN: line_set([LINE, OTHER])})


def written(*paragraphs: str) -> Article:
    text = "\n\n".join(paragraphs)
    hashed = content_hash(text)
    return replace(EMPTY, text=text, content_hash=hashed, whole_hash=hashed, word_count=1)


def test_learned_lines_are_removed_and_recorded() -> None:
    whole = written(LEDE, LINE, REST, OTHER, LINE)
    left = remove_learned_lines(whole, KNOWN, min_words=10)
    assert left.text == f"{LEDE}\n\n{REST}"
    assert left.learned_lines == (LINE, OTHER, LINE)
    assert left.quality_flags == ("dropped_learned:3",)
    assert left.content_hash == content_hash(left.text)
    assert left.whole_hash == whole.content_hash != left.content_hash
    assert left.word_count == 53
    assert left.extractor_version == f"0+learned.{line_set([OTHER, LINE]).version}"


def test_no_line_up_to_the_first_long_paragraph_is_removed() -> None:
    whole = written(LINE, LINE, LEDE, REST)
    assert remove_learned_lines(whole, KNOWN, min_words=10).text == whole.text
    short = written(LINE, OTHER, "A text without a long paragraph.")
    assert remove_learned_lines(short, KNOWN, min_words=0).text == short.text
    assert remove_learned_lines(written(LEDE), Learned({DOMAIN: line_set([LEDE])}), 0).text == LEDE


def test_no_line_is_removed_if_too_few_words_would_be_left_and_a_flag_is_set() -> None:
    whole = written(LEDE, LINE, OTHER)
    kept = remove_learned_lines(whole, KNOWN, min_words=60)
    assert kept.text == whole.text
    assert kept.learned_lines == ()
    assert kept.quality_flags == ("mostly_learned:2",)
    assert kept.content_hash == kept.whole_hash == whole.content_hash


def test_only_and_all_articles_of_a_source_with_learned_lines_have_their_version() -> None:
    version = line_set([LINE, OTHER]).version
    assert len(version) == 8
    plain = remove_learned_lines(written(LEDE, REST), KNOWN, 10)
    assert plain.extractor_version == f"0+learned.{version}"
    assert plain.quality_flags == ()
    stranger = replace(written(LEDE, LINE), domain="gazette.example")
    assert remove_learned_lines(stranger, KNOWN, 10) == stranger
    assert remove_learned_lines(stranger, NOTHING, 10) == stranger


def test_the_version_depends_on_the_lines_but_not_on_their_order() -> None:
    assert line_set([LINE, OTHER]) == line_set([OTHER, LINE, LINE])
    assert line_set([LINE]).version != line_set([OTHER]).version


def test_the_source_comes_from_the_run_or_else_the_publication_or_else_the_domain() -> None:
    whole = replace(written(LEDE, LINE), publication="Courier")
    lines = line_set([LINE])
    for learned in (Learned({"Courier": lines}), Learned({"Mine": lines}, source="Mine")):
        assert remove_learned_lines(whole, learned, 10).text == LEDE
    for other in (Learned({DOMAIN: lines}), Learned({"Courier": lines}, source="Mine")):
        assert remove_learned_lines(whole, other, 10).text == whole.text


@given(
    paragraphs=st.lists(st.sampled_from([LEDE, REST, LINE, OTHER, "Short."]), max_size=8),
    lines=st.sets(st.sampled_from([REST, LINE, OTHER, "Short."])),
)
def test_removing_lines_is_idempotent_and_removes_no_other_line(
    paragraphs: list[str], lines: set[str]
) -> None:
    whole, learned = written(*paragraphs), Learned({DOMAIN: line_set(lines)})
    once = remove_learned_lines(whole, learned, 0)
    assert remove_learned_lines(once, learned, 0).text == once.text
    removed = [*once.learned_lines]
    assert set(removed) <= lines
    assert sorted([*once.text.split("\n\n"), *removed]) == sorted(whole.text.split("\n\n"))


def test_lines_of_a_batch_are_removed_after_the_pages_were_judged() -> None:
    body = "\n\n".join((LEDE, LINE, REST)).encode()
    row = RawDocument("a#row=1", 1, "text", body, declared=Declared(publication="Courier"))
    learned = Learned({"Courier": line_set([LINE, REST])})
    [plain] = process_batch([row], SETTINGS)
    [left] = process_batch([row], SETTINGS, learned)
    assert isinstance(plain.record, Article)
    assert isinstance(left.record, Article)
    assert left.record.text == LEDE.strip()
    assert left.record.whole_hash == plain.record.content_hash
    untouched = ("article_id", "page_type", "access_state", "language", "title", "payload_digest")
    assert [getattr(left.record, name) for name in untouched] == [
        getattr(plain.record, name) for name in untouched
    ]
    flags = {flag.partition(":")[0] for flag in left.record.quality_flags}
    assert "dropped_learned" in flags <= set(QUALITY_FLAGS)
