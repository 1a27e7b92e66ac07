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


def parse(html: str, utf8: bytes | None = None) -> ParsedPage:
    """Parses a page that the guards let through.

    Args:
        utf8: the same as bytes, if they are there: encoding takes half as long as parsing.
    """
    tree = LexborHTMLParser(html if utf8 is None else utf8)
    return ParsedPage(html, tree, read_outline(tree))
