"""Stories of Reuters, if BROADSHEET_CORPORA names the folder of the corpora."""

import json
import os
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from tasks.stories.shingles import story_words
from tests.stories.tables import StoryTables, Told, id_of

CORPORA = os.environ.get("BROADSHEET_CORPORA", "")
ROWS = Path(CORPORA, "formats", "reuters", "reuters-000-first-300.json")

pytestmark = pytest.mark.skipif(not CORPORA or not ROWS.is_file(), reason="no corpora")


def four_words(text: str) -> set[tuple[str, ...]]:
    words = [word.casefold() for word in story_words(text)]
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def test_stories_with_half_of_their_four_word_shingles_in_common_share_a_cluster(
    tmp_path: Path,
) -> None:
    texts = [row.get("body") or "" for row in json.loads(ROWS.read_text("utf-8"))]
    long = [text for text in texts if len(story_words(text)) >= 40]
    shingles = [four_words(text) for text in long]
    near = [
        (one, other)
        for one, other in combinations(range(len(long)), 2)
        if 2 * len(shingles[one] & shingles[other]) >= len(shingles[one] | shingles[other])
    ]
    assert near
    tables = StoryTables(tmp_path)
    tables.load("run", [Told(str(n), text, date(1987, 2, 26)) for n, text in enumerate(long)])
    clusters = tables.clusters()
    assert not [
        pair for pair in near if clusters[id_of(str(pair[0]))] != clusters[id_of(str(pair[1]))]
    ]
    sizes = sorted(list(clusters.values()).count(one) for one in set(clusters.values()))
    assert sizes[-1] <= 3, f"the largest clusters are {sizes[-5:]}"
