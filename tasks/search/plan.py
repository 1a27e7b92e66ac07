"""A query as the index can answer it.

The index finds words, prefixes and phrases exactly, and pairs of words near each other. For the
rest it finds more articles than are meant: those are compared with the query, text by text.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from tasks.search.accents import accent_pattern
from tasks.search.tree import AllOf, Folding, Near, Not, Phrase, QueryNode, WordPattern
from warehouse.search.index import TEXT_FIELDS
from warehouse.search.words import PAIR_SIGN, folded_word

if TYPE_CHECKING:
    import tantivy

# A pair of words this far apart at most is looked up by one phrase for each distance.
_MOST_DISTANCES = 25


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """A query for the index.

    Attributes:
        is_exact: whether it finds exactly the articles that are meant; otherwise it finds more.
    """

    query: "tantivy.Query"
    is_exact: bool


@dataclass(frozen=True)
class Planner:
    """Translates the tree of a query.

    Attributes:
        sources_of: returns the stored names of the sources that a phrase finds.
        loose: let phrases with prefixes find all articles that have the words at all. The index
            refuses a phrase for which it would have to look up too many words.
    """

    schema: "tantivy.Schema"
    folding: Folding
    sources_of: Callable[[Phrase | Near], Collection[str]]
    loose: bool = False

    def plan(self, node: QueryNode) -> IndexPlan:
        """Return the plan of a node."""
        if isinstance(node, Phrase | Near):
            return self._leaf(node)
        if isinstance(node, Not):
            return self._negated(self.plan(node.node))
        plans = [self.plan(child) for child in node.nodes]
        is_exact = all(plan.is_exact for plan in plans)
        join = self.all_of if isinstance(node, AllOf) else self.any_of
        return IndexPlan(join([plan.query for plan in plans]), is_exact)

    def everything(self) -> IndexPlan:
        """Return the plan that finds all articles."""
        return IndexPlan(self._query.all_query(), is_exact=True)

    @cached_property
    def _query(self) -> "type[tantivy.Query]":
        import tantivy

        return tantivy.Query

    def all_of(self, queries: Sequence["tantivy.Query"]) -> "tantivy.Query":
        """Return a query for what all of some queries find."""
        import tantivy

        if len(queries) == 1:
            return queries[0]
        return self._query.boolean_query([(tantivy.Occur.Must, one) for one in queries])

    def any_of(self, queries: Sequence["tantivy.Query"]) -> "tantivy.Query":
        """Return a query for what one of some queries finds."""
        import tantivy

        if len(queries) == 1:
            return queries[0]
        return self._query.boolean_query([(tantivy.Occur.Should, one) for one in queries])

    def _negated(self, plan: IndexPlan) -> IndexPlan:
        import tantivy

        everything = self._query.all_query()
        if not plan.is_exact:
            return IndexPlan(everything, is_exact=False)
        sides = [(tantivy.Occur.Must, everything), (tantivy.Occur.MustNot, plan.query)]
        return IndexPlan(self._query.boolean_query(sides), is_exact=True)

    def _leaf(self, leaf: Phrase | Near) -> IndexPlan:
        if leaf.field == "source":
            names = sorted(self.sources_of(leaf))
            found = [self._query.term_query(self.schema, "source", name) for name in names]
            return IndexPlan(
                self.any_of(found) if found else self._query.empty_query(), is_exact=True
            )
        names = [leaf.field] if leaf.field else list(TEXT_FIELDS)
        plans = [
            self._near(leaf, name) if isinstance(leaf, Near) else self._phrase(leaf, name)
            for name in names
        ]
        is_exact = all(one.is_exact for one in plans) and not self.folding.case
        return IndexPlan(self.any_of([one.query for one in plans]), is_exact)

    def _phrase(self, phrase: Phrase, name: str) -> IndexPlan:
        places = list(enumerate(phrase.patterns))
        if len(places) == 1:
            return IndexPlan(self._word(places[0][1], name), is_exact=True)
        if self.loose and not self._are_plain(phrase.patterns):
            found = [self._word(pattern, name) for pattern in phrase.patterns]
            return IndexPlan(self.all_of(found), is_exact=False)
        return IndexPlan(self._placed(places, name), is_exact=True)

    def _near(self, near: Near, name: str) -> IndexPlan:
        """Return the plan of a near: exact for two phrases, else by neighbours in the list."""
        patterns = [pattern for phrase in near.phrases for pattern in phrase.patterns]
        is_narrow = not self.loose or self._are_plain(patterns)
        apart = near.apart + sum(phrase.length for phrase in near.phrases)
        if not is_narrow or apart > _MOST_DISTANCES:
            found = [self._phrase(phrase, name).query for phrase in near.phrases]
            return IndexPlan(self.all_of(found), is_exact=False)
        pairs = []
        for one, other in pairwise(near.phrases):
            between = apart - one.length - other.length
            sides = [*self._in_order(one, other, between, name)]
            sides += self._in_order(other, one, between, name)
            pairs.append(self.any_of(sides))
        return IndexPlan(self.all_of(pairs), is_exact=len(near.phrases) == 2)

    def _in_order(
        self, one: Phrase, other: Phrase, most: int, name: str
    ) -> Iterator["tantivy.Query"]:
        first = list(enumerate(one.patterns))
        for between in range(most + 1):
            start = one.length + between
            second = [(start + place, pattern) for place, pattern in enumerate(other.patterns)]
            yield self._placed(first + second, name)

    def _placed(self, places: Sequence[tuple[int, WordPattern]], name: str) -> "tantivy.Query":
        """Return a query for words at given distances."""
        if self._are_plain([pattern for _, pattern in places]):
            words: list[str | tuple[int, str]] = [(at, self._form(p)) for at, p in places]
            return self._query.phrase_query(self.schema, name, words)
        patterns: list[str | tuple[int, str]] = [(at, self._regex(p)) for at, p in places]
        return self._query.regex_phrase_query(self.schema, name, patterns)

    def _word(self, pattern: WordPattern, name: str) -> "tantivy.Query":
        if self._are_plain([pattern]):
            return self._query.term_query(self.schema, name, self._form(pattern))
        return self._query.regex_query(self.schema, name, self._regex(pattern))

    def _are_plain(self, patterns: Sequence[WordPattern]) -> bool:
        return self.folding.accents and not any(pattern.is_prefix for pattern in patterns)

    def _form(self, pattern: WordPattern) -> str:
        # The index knows no case. The form of a query that does is compared with the texts.
        one, pair, other = pattern.form.partition(PAIR_SIGN)
        return folded_word(one) + pair + folded_word(other)

    def _regex(self, pattern: WordPattern) -> str:
        form = self._form(pattern)
        found = re.escape(form) if self.folding.accents else accent_pattern(form)
        return found + ".*" if pattern.is_prefix else found
