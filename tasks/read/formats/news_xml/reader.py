"""Reads the XML of news agencies and corpora item by item, without keeping the whole tree."""

import io
from collections.abc import Iterator

from lxml import etree

from tasks.read.formats.databanks.articles import DownloadArticle, article_outcome
from tasks.read.formats.news_xml.items import ITEMS, read_item
from tasks.read.formats.news_xml.trees import local_name
from tasks.read.place import Place
from tasks.read.streams import fault_of
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]


def read_news_xml(stream: io.BufferedReader, place: Place) -> _Outcomes:
    """Yield one document per item.

    The document of a file with a single item has the locator of the file. Therefore each item waits
    until the next one begins or the file ends.
    """
    # "{*}name" matches a name in any namespace. An item inside another item is part of its content;
    # `depth` tells when the outermost one ends.
    tags = [f"{{*}}{name}" for name in ITEMS]
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
    )
    waiting: DownloadArticle | None = None
    number = depth = 0
    try:
        for event, element in events:
            depth += 1 if event == "start" else -1
            if event == "start" or depth:
                continue
            if waiting:
                number += 1
                yield from article_outcome(waiting, place, f"#document={number}")
            waiting = read_item(element)
            _free(element)
    except (etree.XMLSyntaxError, ValueError, OSError) as error:
        yield from _last(waiting, place, number)
        # The waiting item has the next number, and the damaged one the number after that.
        reason = fault_of(stream) or Reason.CORRUPT
        yield from place.drop(reason, str(error)[:200], suffix=f"#document={number + 2}")
        return
    yield from _last(waiting, place, number)


def _last(waiting: DownloadArticle | None, place: Place, number: int) -> _Outcomes:
    """Yield the outcome of the last item, which has no number if it is the only one."""
    if waiting:
        yield from article_outcome(waiting, place, f"#document={number + 1}" if number else "")


def _free(element: etree._Element) -> None:
    """Remove an element and its preceding siblings from the tree, so that memory stays constant."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None and local_name(parent):
        del parent[0]
