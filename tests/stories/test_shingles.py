import random
from itertools import pairwise

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from tasks.stories.shingles import RATES, rate_of, sample, shingles_of, story_words


def words(number: int) -> list[str]:
    return [f"word{n}" for n in range(number)]


def test_a_shingle_is_the_hash_of_five_words_without_case() -> None:
    [found] = shingles_of(["The", "Basin", "opens", "AGAIN", "today"])
    assert found % (1 << 64) == xxhash.xxh3_64_intdigest(b"the basin opens again today")


@pytest.mark.parametrize("number", [0, 1, 4])
def test_a_text_shorter_than_a_shingle_has_none(number: int) -> None:
    assert shingles_of(words(number)) == []


def test_a_character_of_a_script_without_spaces_is_a_word_and_a_shingle_has_ten() -> None:
    text = "港の内港は火曜日の朝に再び開いた。"
    assert story_words(text) == list(text[:-1])
    assert len(shingles_of(story_words(text))) == len(text) - 1 - 9


def test_vowel_signs_belong_to_their_word() -> None:
    assert story_words("हिन्दी में समाचार") == ["हिन्दी", "में", "समाचार"]


def test_words_between_characters_of_another_script_stay_whole() -> None:
    assert story_words("东京 Harbour_Trust，2025年") == [
        "东",
        "京",
        "Harbour",
        "Trust",
        "2025",
        "年",
    ]


def test_punctuation_and_quotes_do_not_matter() -> None:
    assert shingles_of(story_words("“Open again”, he said – at last")) == shingles_of(
        story_words('"Open again," he said. At last!')
    )


@given(st.sets(st.integers(-(2**63), 2**63 - 1), max_size=900))
def test_a_coarser_sample_is_contained_in_a_finer_one(shingles: set[int]) -> None:
    rate = rate_of(len(shingles))
    assert set(sample(shingles)) == {one for one in shingles if one % rate == 0}
    assert all(coarse % fine == 0 for (_, fine), (_, coarse) in pairwise(RATES))


def test_short_texts_keep_all_their_shingles() -> None:
    shingles = shingles_of(words(60))
    assert sample(shingles) == sorted(shingles)


def test_two_texts_share_at_the_coarser_of_their_rates() -> None:
    made = words(700)
    random.Random(1).shuffle(made)
    short, long = set(sample(shingles_of(made[:80]))), set(sample(shingles_of(made)))
    common = set(shingles_of(made[:80]))
    assert short & long == {one for one in common if one % 8 == 0}
    assert short & long
