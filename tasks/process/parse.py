"""A page parsed once for all who read it."""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from tasks.process.body.blocks import Outline, read_outline


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """One page, decoded and parsed.

    Attributes:
        tree: of `html`; whoever reads it leaves it as it is.
        outline: of the tree.
    """

    html: str
    tree: LexborHTMLParser
    outline: Outline


def parse(html: str) -> ParsedPage:
    """Parses a page that the guards let through."""
    tree = LexborHTMLParser(html)
    return ParsedPage(html, tree, read_outline(tree))
