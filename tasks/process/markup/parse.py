"""Parses a page once; metadata, body and page type are all read from the same tree."""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from tasks.process.body.blocks import PageOutline, read_outline


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """One page, decoded and parsed.

    Attributes:
        html: the decoded page.
        tree: the tree of `html`, shared by all readers: none may change it.
        outline: the outline of the tree.
    """

    html: str
    tree: LexborHTMLParser
    outline: PageOutline


def parse(html: str, utf8: bytes | None = None) -> ParsedPage:
    """Parse a page; `guards.refuse_page` must have let it through.

    Args:
        utf8: the page encoded as UTF-8, if the caller has it: encoding takes half as long as
            parsing.
    """
    tree = LexborHTMLParser(html if utf8 is None else utf8)
    return ParsedPage(html, tree, read_outline(tree))
