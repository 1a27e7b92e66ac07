"""The links in the text of an article."""

from collections.abc import Iterator, Sequence

from tasks.process.markup.parse import ParsedPage
from tasks.process.story.places import StoryBlock
from tasks.records import Link
from tasks.web.urls import absolute_url, registered_domain, url_key


def links_in_story(
    page: ParsedPage, url: str | None, base: str | None, blocks: Sequence[StoryBlock]
) -> tuple[Link, ...]:
    """Return the links in the blocks of a story, in reading order.

    Links without text, such as those around images, and links to places of the same page are left
    out.

    Args:
        url: the address of the page.
        base: the page's `base_address`.
    """
    own, domain = url_key(url), registered_domain(url)
    linking = (block for block in blocks if page.outline.blocks[block.number][3])  # links in it
    found = []
    for block in linking:
        for text, href in _anchors(page, block.number):
            address = absolute_url(href, base)
            key = url_key(address)
            if address and key and key != own:
                same_site = registered_domain(address) == domain
                found.append(Link(text, address, key, same_site, block.paragraph))
    return tuple(found)


def base_address(page: ParsedPage, url: str | None) -> str | None:
    """Return the address to which the links of a page are relative."""
    base = page.tree.css_first("base[href]") if "<base" in page.html else None
    return absolute_url(base.attributes.get("href"), url) or url if base else url


def _anchors(page: ParsedPage, number: int) -> Iterator[tuple[str, str | None]]:
    """Yield the linked words and the addresses, as written, of the links in a block."""
    outline = page.outline
    text = outline.texts[number]
    first = outline.block_ends[number - 1] if number else 0
    for place in range(first, outline.block_ends[number]):
        if outline.tags[place] == "a":
            node = outline.elements[place]
            words = " ".join(node.text().split())
            if words and words in text:
                yield words, node.attributes.get("href")
