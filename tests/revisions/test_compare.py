"""The comparison of two texts by paragraphs and words."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.boilerplate.remove import BORDER
from tasks.revisions.compare import Revision, VersionContent, compare
from tasks.revisions.paragraphs import compare_paragraphs, numbered
from tasks.revisions.words import MOST_PAIRS, MOST_TOKENS, compare_words, matched, typographic_key

A = "The basin opens on Monday, said the harbour master after a long meeting on the quay."
B = "Boats had waited outside for nine days, and their crews with them, short of bread."
C = "Its old gate is to be sold for scrap, and nobody on the island will miss it at all."
D = "A brass band from the north shore plays at noon, if the wind lets the players stand."


def revision(old: str, new: str, **fields: Any) -> Revision:
    return compare(
        VersionContent("T", old), VersionContent(**{"title": "T", "text": new, **fields})
    )


def changes(*texts: tuple[str, ...]) -> list[tuple[int, str, str | None, str | None]]:
    paragraphs = compare_paragraphs(*texts)
    return [(number, p.operation, p.old, p.new) for number, p in numbered(paragraphs)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Come," he said.', "“Come,” he said."),
        ("l'eau « vive »", "l’eau «vive»"),
        ("ten – or more – boats", "ten — or more — boats"),
        ("so it went...", "so it went…"),
        ("two\u00a0boats\n in  port", "two boats in port"),
        ("Kran\u00adfüh\u200brer", "Kranführer"),
        (f"{A} {B}", f"{A}\n\n{B}"),
        (f"{A}\n\n{B}\n\n{C}", f"{A}\n\n{B} {C}"),
        ("The pier — the old one — opens.", "The pier -- the old one -- opens."),
        ("WASHINGTON — The pier", "WASHINGTON--The pier"),
    ],
)
def test_typography_and_breaks_are_no_change(old: str, new: str) -> None:
    found = revision(f"{D}\n\n{old}\n\n{D}", f"{D}\n\n{new}\n\n{D}")
    assert not found.text_changed
    assert (found.words_added, found.words_removed, found.similarity) == (0, 0, 1.0)


def test_a_typed_dash_is_no_change_within_a_changed_paragraph() -> None:
    words = compare_words("It opens -- late -- on Monday.", "It opens — late — on Tuesday.")
    changed = [(run.operation, run.text.strip()) for run in words if run.operation != "keep"]
    assert changed == [("delete", "Monday"), ("insert", "Tuesday")]


def test_a_line_of_hyphens_is_replaced_as_a_whole() -> None:
    words = compare_words("Yes --- no", "Yes – no")
    assert [(run.operation, run.text.strip()) for run in words] == [
        ("keep", "Yes"),
        ("delete", "---"),
        ("insert", "–"),
        ("keep", "no"),
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("its", "it's"), ("1,200", "1.200"), ("No!", "No."), ("Oslo", "oslo")]
)
def test_letters_figures_and_stops_are_changes(old: str, new: str) -> None:
    assert revision(old, new).text_changed


def test_a_new_paragraph_leaves_those_behind_it_as_they_are() -> None:
    rewritten = B.replace("nine", "ten")
    assert changes((A, B, C), (A, D, rewritten, C)) == [
        (2, "insert", None, D),
        (3, "replace", B, rewritten),
    ]


def test_several_rewritten_paragraphs_are_paired_by_their_words() -> None:
    after = [text.replace("the", "a").replace("and", "or") for text in (A, B, C)]
    assert changes((A, B, C), (D, *after[1:])) == [
        (1, "insert", None, D),
        (2, "delete", A, None),
        (3, "replace", B, after[1]),
        (4, "replace", C, after[2]),
    ] or changes((A, B, C), (D, *after[1:])) == [
        (1, "delete", A, None),
        (2, "insert", None, D),
        (3, "replace", B, after[1]),
        (4, "replace", C, after[2]),
    ]


def test_a_paragraph_that_was_split_and_edited_is_one_change() -> None:
    edited = C.replace("scrap", "rust")
    assert changes((f"{B} {C}",), (B, edited)) == [(1, "replace", f"{B} {C}", B + BORDER + edited)]
    assert changes((B, edited), (f"{B} {C}",)) == [(1, "replace", B + BORDER + edited, f"{B} {C}")]


def test_a_moved_paragraph_stands_at_its_new_place() -> None:
    assert changes((A, B, C, D), (B, C, D, A)) == [(4, "move", A, A)]


def test_a_paragraph_may_be_moved_and_edited() -> None:
    edited = A.replace("Monday", "Tuesday")
    [moved] = [p for p in compare_paragraphs((A, B, C, D), (B, C, D, edited)) if p.new == edited]
    assert (moved.operation, moved.old) == ("move", A)
    assert [run.text for run in moved.words][1:3] == ["Monday", "Tuesday"]


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    found = revision("灯台の猫が夜の船を待つ。", "灯台の犬が夜の船を待つ。")
    assert [(r.operation, r.text) for r in found.paragraphs[0].words] == [
        ("keep", "灯台の"),
        ("delete", "猫"),
        ("insert", "犬"),
        ("keep", "が夜の船を待つ。"),
    ]


def test_words_are_counted_once_however_the_text_is_cut() -> None:
    found = revision(f"{A}\n\n{B}", f"{A}\n\n{B.replace('nine days', 'a week')}\n\n{C}")
    assert (found.words_added, found.words_removed) == (2 + 19, 2)
    assert found.similarity == pytest.approx(2 * 29 / (31 + 50))


def test_facts_beside_the_text_are_compared() -> None:
    noon = datetime(2025, 3, 11, 12, tzinfo=UTC)
    old = VersionContent(
        "The basin", A, ("Ida Marsh", "Ivo Tarrant"), noon, date(2025, 3, 11), noon
    )
    same = compare(
        old, VersionContent("The  basin", A, ("Ivo Tarrant", "Ida Marsh"), noon, noon.date())
    )
    assert not (same.title_changed)
    assert not (same.authors_changed)
    assert not (same.date_changed)
    other = compare(old, VersionContent("The pier", A, ("Ida Marsh",), None, noon.date()))
    assert other.title_changed
    assert other.authors_changed
    assert other.date_changed


@pytest.mark.parametrize(
    ("new", "modified", "is_silent"),
    [
        (B, None, True),
        (B, 1, True),
        (B, 2, False),
        (f"{B}\n\nCorrection: it was not Monday.", 1, False),
        (f"{B} (Corrects the day in line one)", 1, False),
        (A, 1, False),
    ],
)
def test_a_change_is_silent_without_a_note_and_a_new_date(
    new: str, modified: int | None, is_silent: bool
) -> None:
    day = {None: None, **{n: datetime(2025, 3, n, tzinfo=UTC) for n in (1, 2)}}
    found = compare(
        VersionContent("T", A, modified_at=day[1]),
        VersionContent("T", new, modified_at=day[modified]),
    )
    assert found.is_silent("publisher") is is_silent
    assert found.is_silent("reprocess") is None
    assert found.note_added is ("orrect" in new)


def test_a_note_that_was_there_before_tells_of_no_new_change() -> None:
    note = "Correction: it was not Monday."
    found = revision(f"{A}\n\n{note}", f"{B}\n\n{note}")
    assert not found.note_added


def test_lines_learned_as_boilerplate_are_no_change() -> None:
    line = "Sign up for our letter."
    old, new = VersionContent("T", f"{A}\n\n{line}"), VersionContent("T", A, learned_lines=(line,))
    assert not compare(old, new).text_changed
    assert not compare(new, old).text_changed


TEXT = st.lists(
    st.sampled_from([A, B, C, D, "Yes.", "“No,” she said…", "猫が待つ", ""]), max_size=7
)
WORDS = st.text(alphabet="ab .,'’“”–-…猫\u00ad\u00a0", max_size=40)


@given(TEXT, TEXT)
def test_the_paragraphs_of_both_texts_are_in_the_comparison_once(
    old: list[str], new: list[str]
) -> None:
    old, new = [line for line in old if line], [line for line in new if line]
    found = compare_paragraphs(old, new)
    assert [line for p in found if p.new for line in p.new.split(BORDER)] == new
    assert sorted(line for p in found if p.old for line in p.old.split(BORDER)) == sorted(old)


@given(WORDS, WORDS)
@example("", "--–")
@example("---", "–")  # a line of hyphens has no dash in common with another text
@example("––", "-a-")  # two dashes of which each is kept as a hyphen are no typed dash
@example("’’", "'a'")
def test_the_words_of_either_text_are_its_text(old: str, new: str) -> None:
    found = compare_words(old, new)
    for text, left_out in ((old, "insert"), (new, "delete")):
        keys = "".join(typographic_key(run.text) for run in found if run.operation != left_out)
        assert re.sub("'+", "'", keys) == typographic_key(text)


@given(TEXT)
def test_a_text_has_no_changes_to_itself(text: list[str]) -> None:
    assert not changes(tuple(text), tuple(text))


def pairs_visited(old: list[str], new: list[str]) -> int:
    """Return how often tokens that difflib may match are equal."""
    return sum(new.count(token) for token in old)


def test_texts_that_repeat_themselves_are_compared_in_bounded_time() -> None:
    old, new = ["a", "b"] * 1_900, ["b", "a", "a"] * 1_200
    assert pairs_visited(old[:100], new[:100]) * 1_000 > MOST_PAIRS
    steps = list(matched(old, new))
    assert "".join("".join(new[j1:j2]) for *_, j1, j2 in steps) == "".join(new)


def test_a_paragraph_of_very_many_words_is_compared_by_sentences() -> None:
    sentences = [f"Ship {n} came in before the storm." for n in range(MOST_TOKENS // 4)]
    edited = [*sentences[:500], "No ship came.", *sentences[501:]]
    found = compare_words(" ".join(sentences), " ".join(edited))
    assert [run.operation for run in found] == ["keep", "delete", "insert", "keep"]
    assert found[1].text.strip() == sentences[500]
