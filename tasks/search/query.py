"""The query language of `broadsheet search`, read into a tree. `docs/search.md` describes it.

query   = side (OR side)*
side    = part ((AND)? part)*
part    = NOT part | "(" query ")" | FIELD ":" part | phrase ("~" number)? | word
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from config.errors import UsageError
from tasks.search.tree import (
    PLAIN_FOLDING,
    AllOf,
    AnyOf,
    Folding,
    Near,
    Not,
    Phrase,
    QueryNode,
    WordPattern,
)
from warehouse.search.words import PAIR_SIGN, text_words

FIELDS = ("title", "text", "author", "source")
MOST_APART = 100  # words between those of a near
MOST_NEAR_WORDS = 8
_DEEPEST = 50
_OPERATORS = {"AND", "OR", "NOT"}
# Characters that stand for those of the language, one for one, so that positions stay.
_SIGNS = str.maketrans("“”„‟«»＂（）＊～：", '"""""""()*~:')
_TOKEN = re.compile(r'\s*(?:([()])|(")|(\|)|([^\s()"|]+))')
_FIELD = re.compile(r"([^\W\d_]+):")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def parse_query(text: str, folding: Folding = PLAIN_FOLDING) -> QueryNode:
    """Return the tree of a query.

    Raises:
        UsageError: it cannot be understood; the sentence names the position, counted from 1.
    """
    reader = _Reader(list(_tokens(text.translate(_SIGNS))), folding, len(text))
    node = reader.query(0)
    if left := reader.next():
        raise _error("there is no bracket that this one closes", left.start)
    return node


def split_series(text: str) -> list[str]:
    """Return the parts of a text between the signs | that stand outside of quotes and brackets."""
    parts, depth, quoted = [""], 0, False
    for character, sign in zip(text, text.translate(_SIGNS), strict=True):
        quoted ^= sign == '"'
        depth += (sign == "(") - (sign == ")") if not quoted else 0
        if sign == "|" and not quoted and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


class _Reader:
    """Reads tokens into a tree; `text_end` is the position for what is missing at the end."""

    def __init__(self, tokens: Sequence[_Token], folding: Folding, text_end: int) -> None:
        self.tokens, self.folding, self.text_end = tokens, folding, text_end
        self.at = 0

    def next(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def query(self, depth: int) -> QueryNode:
        nodes = [self.side(depth)]
        while (token := self.next()) and token.kind == "OR":
            self.at += 1
            nodes.append(self.side(depth))
        return nodes[0] if len(nodes) == 1 else AnyOf(tuple(nodes))

    def side(self, depth: int) -> QueryNode:
        nodes = [self.part(depth)]
        while (token := self.next()) and token.kind not in ("OR", ")"):
            if token.kind == "AND":
                self.at += 1
            nodes.append(self.part(depth))
        return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))

    def part(self, depth: int, field: str | None = None) -> QueryNode:
        token = self.next()
        if token is None or token.kind in ("AND", "OR", ")"):
            raise self._missing(token)
        if depth > _DEEPEST:
            raise _error(f"there are more than {_DEEPEST} levels of brackets and NOT", token.start)
        self.at += 1
        if token.kind == "NOT":
            return Not(self.part(depth + 1, field))
        if token.kind == "(":
            return self._bracket(token, depth, field)
        if token.kind == "field":
            if field:
                raise _error(f"{token.text}: stands within {field}:", token.start)
            return self.part(depth + 1, token.text)
        if token.kind == "quote":
            return self._phrase(token, field)
        return _phrase_of(token, field, self.folding)

    def _bracket(self, opened: _Token, depth: int, field: str | None) -> QueryNode:
        node = self.query(depth + 1)
        closing = self.next()
        if closing is None:
            raise _error("this bracket is never closed", opened.start)
        self.at += 1
        return _with_field(node, field, opened.start) if field else node

    def _phrase(self, token: _Token, field: str | None) -> QueryNode:
        near = self.next()
        if near is None or near.kind != "near":
            return _phrase_of(token, field, self.folding)
        self.at += 1
        number = near.text[1:]
        if not (number.isascii() and number.isdigit()) or int(number) > MOST_APART:
            raise _error(f"a ~ takes a number from 0 to {MOST_APART}, as in ~5", near.start)
        phrases = tuple(_words_apart(token, field, self.folding))
        if not 2 <= len(phrases) <= MOST_NEAR_WORDS:
            raise _error(
                f"a near takes 2 to {MOST_NEAR_WORDS} words, and here are {len(phrases)}",
                token.start,
            )
        return Near(phrases, int(number), field)

    def _missing(self, token: _Token | None) -> UsageError:
        if not self.tokens:
            return _error("it is empty; write a word", 0)
        return _error("a word is missing", token.start if token else self.text_end)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while (found := _TOKEN.match(text, at)) is not None:
        at = found.end()
        bracket, quote, bar, word = found.groups()
        start = found.start(found.lastindex or 0)
        if bar:
            raise _error("the sign | separates series of `trend`; write OR", start)
        if bracket:
            yield _Token(bracket, bracket, start)
        elif quote:
            end = text.find('"', at)
            if end < 0:
                raise _error("this quotation mark is never closed", start)
            yield _Token("quote", text[at:end], start)
            at = end + 1
            if near := re.compile(r"~[^\s()\"|]*").match(text, at):
                yield _Token("near", near[0], at)
                at = near.end()
        else:
            yield from _word_tokens(word, start, text, at)


def _word_tokens(word: str, start: int, text: str, end: int) -> Iterator[_Token]:
    if word in _OPERATORS:
        yield _Token(word, word, start)
        return
    if field := _FIELD.match(word):
        if field[1] not in FIELDS:
            raise _error(
                f"there is no field {field[1]} (there are {', '.join(FIELDS)}; put quotation marks "
                "around words with a colon)",
                start,
            )
        yield _Token("field", field[1], start)
        word, start = word[field.end() :], start + field.end()
    if word.startswith(("-", "+", "!", "~")) and len(word) > 1:
        raise _error(f"a {word[0]} before a word has no meaning; NOT leaves articles out", start)
    if word:
        yield _Token("word", word, start)


def _phrase_of(token: _Token, field: str | None, folding: Folding) -> Phrase:
    patterns = tuple(_patterns(token, folding))
    if not patterns:
        raise _error(f"there is no letter or digit in {token.text.strip()!r}", token.start)
    return Phrase(patterns, field)


def _words_apart(token: _Token, field: str | None, folding: Folding) -> Iterator[Phrase]:
    """Yield the words of a near; one with an apostrophe or hyphen is a phrase."""
    for found in re.finditer(r"\S+", token.text):
        part = _Token("word", found[0], token.start + 1 + found.start())
        yield _phrase_of(part, field, folding)


def _patterns(token: _Token, folding: Folding) -> Iterator[WordPattern]:
    """Yield the words of a phrase; a `*` directly behind a word makes it a prefix."""
    text, offset = token.text, token.start + (token.kind == "quote")
    words = text_words(text, case=folding.case)
    ends = {end for _, end in words.spans}
    for star in re.finditer(r"\*", text):
        is_inside = re.match(r"\w", text[star.end() :])
        if star.start() not in ends or is_inside:
            raise _error(
                "a * stands directly behind the beginning of a word, as in ferr*",
                offset + star.start(),
            )
    for number, form in enumerate(words.forms):
        end = words.spans[number][1]
        is_last = number == len(words.forms) - 1
        if form.endswith(PAIR_SIGN):
            # The last unit of a run: the text may go on, unless more words follow.
            if is_last and number and words.runs[number - 1]:
                continue  # the pair before says all
            yield WordPattern(form, is_prefix=is_last or text[end : end + 1] == "*")
        else:
            yield WordPattern(form, is_prefix=text[end : end + 1] == "*")


def _with_field(node: QueryNode, field: str, start: int) -> QueryNode:
    if isinstance(node, Phrase | Near):
        if node.field and node.field != field:
            raise _error(f"{node.field}: stands within {field}:", start)
        return replace(node, field=field)
    if isinstance(node, Not):
        return Not(_with_field(node.node, field, start))
    return type(node)(tuple(_with_field(child, field, start) for child in node.nodes))


def _error(sentence: str, start: int) -> UsageError:
    return UsageError(f"The query is wrong at position {start + 1}: {sentence}.")
