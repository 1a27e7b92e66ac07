import random

from hypothesis import given
from hypothesis import strategies as st

from tasks.stories.components import TextPart, groups

Pairs = list[tuple[int, int]]


def grouped(size: int, edges: Pairs, parts: Pairs) -> set[frozenset[int]]:
    """The groups of `size` texts as sets."""
    found: dict[int, set[int]] = {}
    for node, number in enumerate(
        groups(size, edges, [TextPart(*part) for part in parts], range(size))
    ):
        found.setdefault(number, set()).add(node)
    return {frozenset(members) for members in found.values()}


def test_edges_join_in_chains() -> None:
    assert grouped(4, [(0, 1), (1, 2)], []) == {frozenset({0, 1, 2}), frozenset({3})}


def test_a_text_joins_the_only_story_that_is_a_part_of_it() -> None:
    assert grouped(2, [], [(1, 0)]) == {frozenset({0, 1})}


def test_a_text_joins_its_story_although_several_copies_of_it_are_parts() -> None:
    assert grouped(3, [(0, 1)], [(2, 0), (2, 1)]) == {frozenset({0, 1, 2})}


def test_a_roundup_joins_none_of_its_stories() -> None:
    assert grouped(3, [], [(2, 0), (2, 1)]) == {frozenset({n}) for n in range(3)}


def test_two_copies_of_a_roundup_join_each_other_only() -> None:
    parts = [(2, 0), (2, 1), (3, 0), (3, 1)]
    assert grouped(4, [(2, 3)], parts) == {frozenset({0}), frozenset({1}), frozenset({2, 3})}


def test_one_long_version_with_another_story_does_not_join_the_others_to_it() -> None:
    # 0 and 1 are copies; 1 also has a part of 2.
    assert grouped(3, [(0, 1)], [(1, 2)]) == {frozenset({0, 1}), frozenset({2})}


def test_a_roundup_whose_longest_story_is_its_greater_part_leaves_that_one_alone() -> None:
    assert grouped(4, [(3, 0)], [(3, 1), (3, 2)]) == {frozenset({n}) for n in range(4)}


def test_a_roundup_is_left_alone_by_a_longer_article_around_its_greater_part() -> None:
    # 4 is story 0 with much text of its own, and longer than round-up 3 of stories 0, 1 and 2.
    parts = [(3, 1), (3, 2), (4, 0)]
    expected = {frozenset({0, 4}), frozenset({1}), frozenset({2}), frozenset({3})}
    assert grouped(5, [(3, 0), (4, 3)], parts) == expected


def test_parts_that_are_parts_of_each_other_are_one_story() -> None:
    assert grouped(3, [], [(2, 1), (2, 0), (1, 0)]) == {frozenset({0, 1, 2})}


def test_a_part_that_is_too_small_to_join_still_shows_a_roundup() -> None:
    small = [TextPart(2, 0), TextPart(2, 1, can_join=False)]
    assert groups(3, [], small, range(3)) == [0, 1, 2]
    assert groups(3, [], small[1:], range(3)) == [0, 1, 2]


nodes = st.integers(0, 11)


@given(st.lists(st.tuples(nodes, nodes)), st.lists(st.tuples(nodes, nodes)), st.integers())
def test_the_order_of_edges_and_parts_does_not_matter(
    edges: Pairs, parts: Pairs, seed: int
) -> None:
    parts = [(max(pair), min(pair)) for pair in parts if pair[0] != pair[1]]
    mixed_edges, mixed_parts = list(edges), list(parts)
    random.Random(seed).shuffle(mixed_edges)
    random.Random(seed + 1).shuffle(mixed_parts)
    assert grouped(12, edges, parts) == grouped(12, mixed_edges, mixed_parts)
