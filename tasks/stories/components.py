"""Clusters as components of a graph of articles and texts, and the texts that are round-ups."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

# A text that has a part in common with so many other clusters than its own is a round-up, although
# its longest story makes up more than half of it.
FOREIGN_PARTS: Final = 2


class TextPart(NamedTuple):
    """A text that is the smaller part of a longer one.

    Attributes:
        can_join: whether the part is large enough for the longer text to be a copy of it.
    """

    longer: int
    shorter: int
    can_join: bool = True


def groups(
    size: int,
    edges: Sequence[tuple[int, int]],
    parts: Sequence[TextPart],
    texts: range,
) -> list[int]:
    """Return the number of the group of each node.

    Edges join two nodes. A text of which another one is the smaller part joins the group of that
    one only if all such parts are in one group: an article with much text of its own around a
    copy. Parts of different groups show that the text is a round-up, which joins none of them. The
    same holds for a group of texts, if most of them have such a part.

    The result does not depend on the order of edges and parts: a join never makes an earlier join
    wrong, so that repeating them until nothing changes ends in the same groups.

    Args:
        size: the number of nodes, which are numbered from 0.
        edges: pairs of nodes; of two texts the longer one comes first.
        parts: the texts that are smaller parts of other texts.
        texts: the nodes that are texts.
    """
    joined = _joined(size, edges, parts, texts)
    roundups = _roundups(joined, parts)
    if roundups:
        kept = [
            (one, other)
            for one, other in edges
            if one not in texts or (one in roundups) == (other in roundups)
        ]
        joined = _joined(size, kept, parts, texts)
    return [joined.find(node) for node in range(size)]


def _joined(
    size: int, edges: Iterable[tuple[int, int]], parts: Sequence[TextPart], texts: range
) -> "_Groups":
    joined = _Groups(size)
    for one, other in edges:
        joined.join(one, other)
    embedding = list(_embedding_groups(joined, parts, texts))
    has_changed = True
    while has_changed:
        has_changed = False
        for node, own in embedding:
            targets = {joined.find(part.shorter) for part in own} - {joined.find(node)}
            joining = {joined.find(part.shorter) for part in own if part.can_join} & targets
            if len(targets) == len(joining) == 1:
                joined.join(node, joining.pop())
                has_changed = True
    return joined


def _roundups(joined: "_Groups", parts: Sequence[TextPart]) -> set[int]:
    """Return the texts that have parts of at least `FOREIGN_PARTS` groups other than their own."""
    foreign: dict[int, set[int]] = {}
    for longer, shorter, _ in parts:
        if joined.find(longer) != joined.find(shorter):
            foreign.setdefault(longer, set()).add(joined.find(shorter))
    return {text for text, found in foreign.items() if len(found) >= FOREIGN_PARTS}


def _embedding_groups(
    joined: "_Groups", parts: Sequence[TextPart], texts: range
) -> Iterator[tuple[int, list[TextPart]]]:
    """Yield each group most of whose texts have a smaller part, by one node, with these parts."""
    sizes = Counter(joined.find(text) for text in texts)
    found: dict[int, list[TextPart]] = {}
    for part in parts:
        found.setdefault(joined.find(part.longer), []).append(part)
    for root, own in found.items():
        if 2 * len({part.longer for part in own}) > sizes[root]:
            yield root, own


class _Groups:
    """A union-find structure over numbered nodes."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, node: int) -> int:
        """Return the node that stands for the group of a node."""
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, one: int, other: int) -> None:
        """Make one group of the groups of two nodes; the smaller number stands for it."""
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first
