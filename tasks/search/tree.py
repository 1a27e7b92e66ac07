"""The tree of a query: words, phrases and nears, combined by AND, OR and NOT."""

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.search.words import PAIR_SIGN


@dataclass(frozen=True, slots=True)
class WordPattern:
    """A word to find: its form, and whether longer words that begin with it are meant, too."""

    form: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after the other; often it is one word."""

    patterns: tuple[WordPattern, ...]
    field: str | None = None

    @property
    def length(self) -> int:
        """Return the number of words; a pair of units at the end counts as two."""
        last = self.patterns[-1].form
        return len(self.patterns) + int(PAIR_SIGN in last and not last.endswith(PAIR_SIGN))


@dataclass(frozen=True, slots=True)
class Near:
    """Phrases in any order, with at most `apart` other words between the first and the last."""

    phrases: tuple[Phrase, ...]
    apart: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Nodes that must all match."""

    nodes: tuple["QueryNode", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Nodes of which one must match."""

    nodes: tuple["QueryNode", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A node that must not match."""

    node: "QueryNode"


Leaf = Phrase | Near
QueryNode = Phrase | Near | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Folding:
    """Which differences of words count.

    Attributes:
        case: capital and small letters differ.
        accents: letters with and without accents differ.
    """

    case: bool = False
    accents: bool = True


PLAIN_FOLDING = Folding()


def leaves(node: QueryNode, *, negated: bool = False) -> Iterator[Leaf]:
    """Yield the phrases and nears of a tree; those below an odd number of NOT only if asked for."""
    if isinstance(node, Phrase | Near):
        if not negated:
            yield node
    elif isinstance(node, Not):
        yield from leaves(node.node, negated=not negated)
    else:
        for child in node.nodes:
            yield from leaves(child, negated=negated)
