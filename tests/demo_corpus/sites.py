"""The publishers: how each writes bylines, dates, bodies, links and JSON-LD into its templates."""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template

from tests.demo_corpus.jsonld import structured_data
from tests.demo_corpus.story import Story, as_html, as_text, blocks

TEMPLATES = Path(__file__).with_name("templates")
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"

Shown = Callable[[datetime], str]
Names = Callable[[list[str]], str]


@dataclass(frozen=True, slots=True)
class Site:
    """One publisher; `date` and `names` write what a reader sees above the text."""

    host: str
    and_word: str
    date: Shown
    time: str
    names: Names
    card: str

    def address(self, story: Story) -> str:
        """The story's own URL."""
        return f"https://{self.host}{story['path']}"


def clock_12(moment: datetime, dot: str = ":") -> str:
    """6:40 pm."""
    return f"{moment.hour % 12 or 12}{dot}{moment:%M}{' ' if dot == ':' else ''}{moment:%p}".lower()


def _linked(pattern: str) -> Names:
    def names(authors: list[str]) -> str:
        links = [pattern.format(name=html.escape(name), slug=slugged(name)) for name in authors]
        return "\0".join(links)

    return names


SITES = {
    "courier": Site(
        host="www.marrowbycourier.example",
        and_word="and",
        date=lambda at: f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}",
        time='<p class="article__time">Published <time datetime="{iso}">{shown}</time></p>',
        names=_linked('<a href="/about/staff/{slug}/" rel="author">{name}</a>'),
        card='<article class="card"><a href="{url}"><h3 class="card__title">{title}</h3></a>'
        '<p class="card__deck">{deck}</p><time datetime="{iso}">{shown}</time></article>',
    ),
    "tide": Site(
        host="www.quillhaventide.example",
        and_word="and",
        date=lambda at: f"{at:%B} {at.day}, {at:%Y} {clock_12(at)}",
        time="| {shown}",
        names=_linked("{name}"),
        card='<p><a href="{url}">{title}</a><br /><span class="credit">{shown}</span></p>',
    ),
    "journal": Site(
        host="www.brackenford-journal.example",
        and_word="and",
        date=lambda at: f"{at:%A}, {at.day} {at:%B %Y}",
        time="{shown}",
        names=_linked("{name}"),
        card='<TR><TD CLASS="small"><A HREF="{url}">{title}</A></TD></TR>',
    ),
    "skerrow": Site(
        host="skerrownotes.example",
        and_word="and",
        date=lambda at: f"{at.day} {at:%B %Y}",
        time='<span class="posted-on">Posted on <a href="#" rel="bookmark">'
        '<time class="entry-date published" datetime="{iso}">{shown}</time></a></span>',
        names=_linked(
            '<span class="author vcard"><a class="url fn n" '
            'href="https://skerrownotes.example/author/{slug}/">{name}</a></span>'
        ),
        card='<div class="jp-relatedposts-post"><h4><a href="{url}">{title}</a></h4>'
        '<time datetime="{iso}">{shown}</time><p>In &ldquo;Similar post&rdquo;</p></div>',
    ),
    "observer": Site(
        host="www.liskvalleyobserver.example",
        and_word="and",
        date=lambda at: f"{at.day} {at:%b %Y}, {clock_12(at, '.')}",
        time='<time itemprop="datePublished" datetime="{iso}">{shown}</time>',
        names=_linked(
            '<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
            '<a itemprop="url" href="/author/{slug}/"><span itemprop="name">{name}</span></a>'
            "</span>"
        ),
        card='<div class="story-card"><img src="/thumb/{slug}.jpg" alt=""><div>'
        '<a href="{url}">{title}</a><p>{deck}</p><time datetime="{iso}">{shown}</time></div></div>',
    ),
    "bote": Site(
        host="www.hohenlisker-bote.example",
        and_word="und",
        date=lambda at: f"{at.day}. {GERMAN.split()[at.month - 1]} {at:%Y, %H:%M} Uhr",
        time='<time datetime="{iso}">{shown}</time>',
        names=_linked('<a href="/autor/{slug}">{name}</a>'),
        card='<hb-teaser><a href="{url}"><h3>{title}</h3></a><p>{deck}</p></hb-teaser>',
    ),
    "gazette": Site(
        host="www.gazette-ombrine.example",
        and_word="et",
        date=lambda at: f"le {at.day} {FRENCH.split()[at.month - 1]} {at:%Y} à {at:%Hh%M}",
        time='— Publié <time datetime="{iso}">{shown}</time>',
        names=_linked('<a href="/auteur/{slug}">{name}</a>'),
        card='<p class="lire-aussi"><a href="{url}">{title}</a><br><small>{shown}</small></p>',
    ),
    "agency": Site(
        host="www.tpa.example",
        and_word="and",
        date=lambda at: f"{at.day} {at:%B %Y %H:%M}",
        time='<time datetime="{iso}">{shown}</time>',
        names=_linked("{name}"),
        card='<li><a href="{url}">{title}</a> {shown}</li>',
    ),
    "misaki": Site(
        host="www.misaki-shimpo.example",
        and_word="・",
        date=lambda at: f"{at:%Y}年{at.month}月{at.day}日 {at.hour}時{at:%M}分",
        time='<time datetime="{iso}">{shown}</time>',
        names=_linked('<a rel="author" href="/kisha/">{name}</a>'),
        card='<li><a href="{url}">{title}</a></li>',
    ),
}
BY = {
    "courier": '<p class="article__byline">By {names}{role}</p>',
    "tide": '<span class="by">By {names}</span>',
    "journal": "by {names}<BR>",
    "skerrow": '<span class="byline">by {names}</span>',
    "observer": '<span class="story__byline">By {names}{role}</span>',
    "bote": "Von {names}",
    "gazette": "Par {names}",
    "agency": "By {names}",
    "misaki": "{names}",
}


def slugged(text: str) -> str:
    """Lower-case ASCII words with hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower()))


def render(story: Story, others: list[Story]) -> str:
    """The page of a story; `others` are the stories that its site links to that night."""
    key = story["site"]
    folder = TEMPLATES / key
    context = _context(story, SITES[key], others)
    for part in ("header", "footer"):
        path = folder / f"{part}.html"
        context[part] = path.read_text("utf-8") if path.exists() else ""
    template = folder / f"{story['template'] or 'article'}.html"
    return Template(template.read_text("utf-8")).substitute(context)


def _context(story: Story, site: Site, others: list[Story]) -> dict[str, str]:
    authors = story.listed("authors")
    url = site.address(story)
    escaped = {
        name: html.escape(story[name], quote=True)
        for name in ("title", "deck", "section", "caption", "kicker", "keywords")
    }
    deck = escaped["deck"]
    return escaped | {
        "slug": slugged(story["title"]),
        "section_slug": slugged(story["section"]),
        "post_id": str(4000 + len(story.body)),
        "charset": story["declared_charset"] or "iso-8859-1",
        "image": f"https://{site.host}/media/{slugged(story['title'])}-1200.jpg",
        "canonical": story["canonical"] or url,
        "author_names": html.escape(", ".join(authors)),
        "modified_iso": story["modified"] or story["published"],
        "byline": _byline(story, site),
        "dateline": _dateline(story, site),
        "standfirst": "" if story["hide_deck"] else f'<p class="article__standfirst">{deck}</p>',
        "meta": "\n".join(_meta(story)),
        "tags": " ".join(_tags(story)),
        "related": "\n".join(_card(other, site) for other in others),
        "cards": "\n".join(_card(other, site) for other in others),
        "jsonld": structured_data(story, url),
        "body": _body(story),
        "after": story["after"],
    }


def _byline(story: Story, site: Site) -> str:
    authors = story.listed("authors")
    if not authors:
        return ""
    *first, last = site.names(authors).split("\0")
    names = f"{', '.join(first)} {site.and_word} {last}" if first else last
    role = f", {story['role']}" if story["role"] else ""
    return BY[story["site"]].format(names=names, role=role)


def _dateline(story: Story, site: Site) -> str:
    if not story["published"] or story["hide_time"]:
        return ""
    at = story.moment("shown") or story.moment()
    line = site.time.format(iso=story["shown"] or story["published"], shown=site.date(at))
    if story["modified"] and story["site"] in {"courier", "observer"}:
        later = story.moment("modified")
        line += f' <span class="updated">Updated {site.date(later)}</span>'
    return line


def _meta(story: Story) -> list[str]:
    published = story["meta_published"] or story["published"]
    if story["site"] == "gazette" and published:
        return [f'<meta name="DC.date.issued" content="{published}">']
    if story["site"] == "journal":
        return [f'<LINK REL="canonical" HREF="{story["canonical"]}">'] if story["canonical"] else []
    names = {"article:published_time": published, "article:modified_time": story["modified"]}
    lines = [f'<meta property="{key}" content="{at}" />' for key, at in names.items() if at]
    if story["site"] == "tide":
        lines += [
            f'<meta property="article:author" content="{name}" />'
            for name in story.listed("authors")
        ]
        lines += [
            f'<meta property="article:tag" content="{tag}" />' for tag in story.listed("keywords")
        ]
    return lines


def _tags(story: Story) -> list[str]:
    item = "<li>{}</li>" if story["site"] in {"courier", "bote"} else "{}"
    return [
        item.format(f'<a href="/tag/{slugged(tag)}/" rel="tag">{html.escape(tag)}</a>')
        for tag in story.listed("keywords")
    ]


def _card(story: Story, site: Site) -> str:
    return site.card.format(
        url=site.address(story),
        slug=slugged(story["title"]),
        title=html.escape(story["title"]),
        deck=html.escape(story["deck"]),
        iso=story["published"],
        shown=site.date(story.moment()) if story["published"] else "",
    )


def _body(story: Story) -> str:
    parts = blocks(story.body)
    if story["site"] == "journal":
        return "\n".join(_old_html(block) for block in parts)
    written = [as_html(block) for block in parts]
    if story["site"] == "observer" and len(written) > 2:
        written.insert(2, '<div class="advert advert--mpu" data-pos="side"></div>')
    if story["site"] == "bote":
        written = [part.replace("<p>", '<p class="absatz">', 1) for part in written]
    return "\n".join(written)


def _old_html(block: str) -> str:
    if block.startswith("## "):
        return f"<B>{html.escape(block[3:], quote=False)}</B>"
    return f"<P>{html.escape(as_text(block), quote=False)}"
