"""Builds the two-night web site of the demo from the stories, as `nights.toml` says.

The second night's folder holds only what differs from the first.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from flows.demo.server import file_name
from tests.demo_corpus.containers import gzipped
from tests.demo_corpus.feeds import FEEDS, Channel, Item, news_sitemap, sitemap, sitemap_index
from tests.demo_corpus.sites import SITES, TEMPLATES, render
from tests.demo_corpus.story import Story, read_story

MANIFEST = Path(__file__).with_name("nights.toml")
SHIPPED_SITE = Path(__file__).parents[2] / "flows" / "demo" / "site"
NIGHTS = (1, 2)
LINKED = 4
CONTROLS = {"story", "night", "revised", "listed_as", "encoding"}

Entry = dict[str, Any]
Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A story as its publisher shows it on a night.

    Attributes:
        night: the first one that has it in this form.
    """

    story: Story
    night: int
    encoding: str
    listed_as: str

    @property
    def is_article(self) -> bool:
        return not self.story["template"]


def build_site(target: Path) -> None:
    """Writes every file of the site below `target`, which holds one folder per night."""
    for path, data in site_files():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def site_files() -> Files:
    """Relative path and bytes of every file that is built."""
    before: dict[str, bytes] = {}
    for night in NIGHTS:
        for publisher in tomllib.loads(MANIFEST.read_text("utf-8"))["publisher"]:
            for path, data in _answers(publisher, night):
                name = file_name(SITES[publisher["site"]].host, path)
                if before.get(name) != data:
                    before[name] = data
                    yield f"{night}/{name}", data


def _answers(publisher: Entry, night: int) -> Files:
    shown = _shown(publisher, night)
    channel = _channel(publisher)
    for one in shown:
        is_listing = one.story["template"] == "listing"  # others' links stay as first written
        yield one.story["path"], _page(one, shown if is_listing else _shown(publisher, one.night))
    if not any(one.story["path"] == "/" for one in shown):
        for path in ("/", publisher.get("section", "/")):
            yield path, _front(publisher, channel, shown)
    if "robots" in publisher:
        yield "/robots.txt", publisher["robots"].lstrip().encode()
    yield from _listings(publisher, channel, shown)


def _shown(publisher: Entry, night: int) -> list[Shown]:
    shown = [_as_of(entry, night) for entry in publisher["stories"]]
    return [one for one in shown if one.night <= night]


def _as_of(entry: Entry, night: int) -> Shown:
    is_revised = night > 1 and "revised" in entry
    story = read_story(entry["revised"] if is_revised else entry["story"])
    fields = story.fields | {key: entry[key] for key in entry.keys() - CONTROLS}
    return Shown(
        Story(story.name, fields, story.body),
        2 if is_revised else entry.get("night", 1),
        entry.get("encoding", "utf-8"),
        entry.get("listed_as", fields["path"]),
    )


def _page(one: Shown, shown: list[Shown]) -> bytes:
    others = [other.story for other in shown if other.is_article]
    others = [other for other in others if other["path"] != one.story["path"]]
    page = render(one.story, others if one.story["template"] == "listing" else others[:LINKED])
    return _on_plain_http(page).encode(one.encoding, "xmlcharrefreplace")


def _on_plain_http(page: str) -> str:
    """The publishers of the demo have no certificates."""
    for site in SITES.values():
        page = page.replace(f"https://{site.host}", f"http://{site.host}")
    return page


def _channel(publisher: Entry) -> Channel:
    home = f"http://{SITES[publisher['site']].host}/"
    feed = publisher.get("feed", {"path": "/"})["path"]
    return Channel(publisher["name"], publisher["language"], home, f"{home}{feed[1:]}")


def _front(publisher: Entry, channel: Channel, shown: list[Shown]) -> bytes:
    feed = f'<link rel="alternate" type="{{}}" title="{channel.name}" href="{channel.address}">'
    kind = publisher.get("feed", {}).get("kind")
    cards = "\n".join(
        f'<h2><a href="{one.story["path"]}">{one.story["title"]}</a></h2>' for one in shown
    )
    page = Template(TEMPLATES.joinpath("front.html").read_text("utf-8")).substitute(
        name=channel.name,
        language=channel.language,
        alternate=feed.format(FEED_TYPES[kind]) if kind else "",
        cards=cards,
    )
    return page.encode()


def _listings(publisher: Entry, channel: Channel, shown: list[Shown]) -> Files:
    if feed := publisher.get("feed"):
        items = [_item(one, channel, one.listed_as) for one in shown if one.is_article]
        items += [_other_item(entry, channel) for entry in publisher.get("lists", [])]
        newest = sorted(items, key=lambda item: item.at, reverse=True)[: feed["items"]]
        yield feed["path"], FEEDS[feed["kind"]](channel, newest).encode()
    if place := publisher.get("sitemap"):
        items = [_item(one, channel, one.story["path"]) for one in shown if one.is_article]
        yield from _sitemaps(place, channel, items)


def _sitemaps(place: Entry, channel: Channel, items: list[Item]) -> Files:
    if place["kind"] == "news":
        yield place["path"], news_sitemap(channel, items).encode()
    elif place["kind"] == "plain":
        yield place["path"], sitemap(items).encode()
    else:
        newest = max(items, key=lambda item: item.at).changed
        index = sitemap_index(f"{channel.home}{place['child'][1:]}", newest)
        yield place["path"], index.encode()
        yield place["child"], gzipped(sitemap(items).encode())


def _item(one: Shown, channel: Channel, path: str) -> Item:
    story = one.story
    return Item(
        f"{channel.home}{path[1:]}",
        story["title"],
        story["published"],
        story["modified"],
        tuple(story.listed("authors")),
        story["deck"],
    )


def _other_item(entry: Entry, channel: Channel) -> Item:
    return Item(f"{channel.home}{entry['path'][1:]}", entry["title"], entry["published"])


FEED_TYPES = {
    "rss": "application/rss+xml",
    "rdf": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
