from dataclasses import replace

from tasks.boilerplate.remove import Learned, line_set, remove_learned_lines
from tasks.stories.fingerprints import text_fingerprints, with_fingerprints
from tests.articles import EMPTY
from tests.stories.planting import Planter

STORY = "\n\n".join(Planter(21).paragraphs(60))
LINE = "Subscribe to the newsletter of the Courier and read it on every morning of the week."
LEARNED = Learned({"courier.example": line_set([LINE])})


def test_learned_lines_are_left_out() -> None:
    cleaned = remove_learned_lines(replace(EMPTY, text=f"{STORY}\n\n{LINE}"), LEARNED, 25)
    found = with_fingerprints(cleaned)
    assert found.fingerprints == text_fingerprints(STORY).hashes
    assert found.shingles == text_fingerprints(STORY).shingles


def test_a_text_that_is_mostly_learned_lines_has_no_fingerprints() -> None:
    teaser = f"{STORY.split('. ')[0]}." + " ".join(["teaser"] * 5)
    text = f"{teaser:<110}\n\n{LINE}"
    flagged = remove_learned_lines(replace(EMPTY, text=text), LEARNED, 500)
    assert flagged.quality_flags == ("mostly_learned:1",)
    found = with_fingerprints(flagged)
    assert (found.fingerprints, found.shingles) == ((), None)
