from itertools import pairwise

import pytest

from tasks.stories.evidence import (
    CopyEvidence,
    compare_texts,
    is_fact,
    most_shared,
    story_text,
)
from tests.stories.planting import Planter

PLANTER = Planter(7)
STORY = "\n\n".join(PLANTER.paragraphs(300))
OTHER = "\n\n".join(PLANTER.paragraphs(300))


def evidence(one: str, other: str) -> CopyEvidence | None:
    return compare_texts(story_text(one), story_text(other))


def kind(one: str, other: str) -> str | None:
    found = evidence(one, other)
    return found.kind if found else None


def blocks(text: str, number: int) -> str:
    return "\n\n".join(text.split("\n\n")[:number])


def test_unrelated_texts_are_no_pair() -> None:
    assert kind(STORY, OTHER) is None


@pytest.mark.parametrize("made", ["introduced", "cut", "edited"])
def test_a_copy_with_changes_is_edited(made: str) -> None:
    assert kind(STORY, PLANTER.copy(made, STORY)) == "edited"


def test_a_story_in_a_text_of_more_than_twice_its_length_is_embedded() -> None:
    long = "\n\n".join([STORY, OTHER, *PLANTER.paragraphs(200)])
    found = evidence(STORY, long)
    assert found is not None
    assert found.kind == "embedded"
    assert found.containment > 0.9
    assert found.containment_other < 0.5


def test_containment_is_that_of_each_text_and_jaccard_that_of_both() -> None:
    found = evidence("a b c d e f g h i j", "a b c d e f g h i k")
    assert found == CopyEvidence("related", 5, 5 / 7, 5 / 6, 5 / 6)


def test_a_third_in_common_is_related_and_no_copy() -> None:
    shared = blocks(STORY, 3)
    one = "\n\n".join([shared, *PLANTER.paragraphs(170)])
    other = "\n\n".join([shared, *PLANTER.paragraphs(170)])
    found = evidence(one, other)
    assert found is not None
    assert 0.3 <= found.containment < 0.5
    assert found.kind == "related"


def test_reports_with_the_same_background_and_other_beginnings_are_related() -> None:
    """As two matches of one tournament, whose reports end with the same results of others."""
    facts = [*(PLANTER.name() for _ in range(8)), *(PLANTER.figure() for _ in range(6))]
    shared = "\n\n".join(PLANTER.paragraphs(120, facts))

    def report() -> str:
        own = [PLANTER.name() for _ in range(3)]
        beginning = [*PLANTER.paragraphs(70, own), *PLANTER.paragraphs(100, facts)]
        return "\n\n".join([*beginning, shared])

    found = evidence(report(), report())
    assert found is not None
    assert 0.3 <= found.containment < 0.5
    assert found.kind == "related"


def test_a_third_in_common_with_the_same_names_and_figures_is_edited() -> None:
    facts = [*(PLANTER.name() for _ in range(8)), *(PLANTER.figure() for _ in range(6))]
    shared = "\n\n".join(PLANTER.paragraphs(120, facts))
    one = "\n\n".join([shared, *PLANTER.paragraphs(170, facts)])
    other = "\n\n".join([shared, *PLANTER.paragraphs(170, facts)])
    found = evidence(one, other)
    assert found is not None
    assert 0.3 <= found.containment < 0.5
    assert found.kind == "edited"


def test_notices_of_one_formula_with_other_facts_are_related() -> None:
    notices = [PLANTER.notice() for _ in range(20)]
    kinds = {kind(one, other) for one, other in pairwise(notices)}
    assert kinds <= {"related", None}
    assert "related" in kinds


SEWAGE = (
    "The water board of {place} measured {figure} millimetres of rain on {day} and asks all "
    "households to let no more water than necessary into the sewers until the pumps at {works} "
    "are mended. The board expects that this will take {days} days. The level of the river was "
    "{level} centimetres at noon, which is no reason for concern, and the weir stays open. Further "
    "notices of the board are printed in this place and posted at the town hall of {place}."
)


def sewage(place: str, figure: int, works: str, day: str) -> str:
    return SEWAGE.format(
        place=place, figure=figure, day=day, works=works, days=figure % 7 + 2, level=figure * 3
    )


def test_a_formula_that_makes_most_of_a_text_is_still_other_facts() -> None:
    one = sewage("Tollgate", 41, "Corn Street", "Monday")
    other = sewage("Quillhaven", 53, "Drovers Field", "Thursday")
    found = evidence(one, other)
    assert found is not None
    assert found.containment > 0.5
    assert found.kind == "related"


def test_capitals_that_begin_sentences_are_no_facts_of_a_formula() -> None:
    frame = (
        "The weather in {} today: clouds in the morning, sunny spells in the afternoon. "
        "Temperatures between {} and {} degrees. The wind blows from the {}, at times strong near "
        "the coast. The risk of rain is {} per cent. Tomorrow will be similar, with a little more "
        "sun in the evening. Drivers should expect fog patches in low places before nine."
    )

    one = frame.format("Velmouth", 7, 13, "north-west", 35)
    assert kind(one, frame.format("Dunstow", 4, 11, "east", 60)) == "related"
    assert kind(one, frame.format("Velmouth", 7, 14, "north-west", 35)) == "edited"


def test_a_corrected_figure_makes_no_other_story() -> None:
    one = sewage("Tollgate", 41, "Corn Street", "Monday")
    assert kind(one, one.replace("41", "47")) == "edited"


def test_a_phrase_in_common_makes_no_copy() -> None:
    phrase = "no photos may be published without the consent of the club"
    assert kind(phrase, f"{phrase} {STORY[:60]}") in {"related", None}


def test_a_pair_is_the_same_in_either_order() -> None:
    other = PLANTER.copy("introduced", STORY)
    there, back = evidence(STORY, other), evidence(other, STORY)
    assert there is not None
    assert back is not None
    assert (there.kind, there.shared) == (back.kind, back.shared)
    assert (there.containment, there.containment_other) == (
        back.containment_other,
        back.containment,
    )


def test_outlines_bound_what_two_texts_share() -> None:
    texts = [story_text(text) for text in (STORY, OTHER, PLANTER.roundup([STORY, OTHER] * 3))]
    texts += [story_text(PLANTER.copy(made, STORY)) for made in ("cut", "edited", "extended")]
    texts += [story_text(text) for text in ("", "a b c d e", "\n\n".join(PLANTER.paragraphs(9000)))]
    for one in texts:
        for other in texts:
            assert most_shared(one, other) >= len(one.distinct & other.distinct)
    assert most_shared(texts[0], texts[1]) < 0.1 * len(texts[0].distinct)


@pytest.mark.parametrize("word", ["Oslo", "7", "a7", "m²", "É", "٣"])
def test_names_and_figures_are_facts(word: str) -> None:
    assert is_fact(word)


@pytest.mark.parametrize("word", ["oslo", "éa", "港", "ǆ"])
def test_other_words_are_no_facts(word: str) -> None:
    assert not is_fact(word)
