"""Good feeds, sitemaps, robots.txt and addresses, which the fuzzer damages."""

import gzip
import json

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://courier.example/">
<title type="html">Courier &amp;lt;b&amp;gt;</title><link rel="self" href="/feed"/>
<entry><id>tag:courier.example,2024:1</id><title>The pier</title>
<link rel="alternate" type="text/html" href="/2024/03/01/pier"/>
<updated>2024-03-01T12:00:00Z</updated>
<author><name>Ola Nordholm</name><email>ola@courier.example</email></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content></entry>
<entry><link href="https://courier.example/2"/><published>2024-02-30</published></entry></feed>"""
RSS = b"""<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:georss="http://www.georss.org/georss"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Courier</title><link>https://courier.example/</link><language>en</language>
<item><title><![CDATA[Pier & basin]]></title><link>https://courier.example/2024/03/01/pier</link>
<guid isPermaLink="false">1234</guid><pubDate>Fri, 01 Mar 2024 12:00:00 +0100</pubDate>
<dc:creator>Ola Nordholm</dc:creator><georss:point>45.2 -71.9</georss:point>
<enclosure url="https://courier.example/a.mp3" length="123" type="audio/mpeg"/>
<media:content url="/a.jpg" width="9"><media:title>x</media:title></media:content>
<description>&lt;p&gt;Text&nbsp;&#8217;s&lt;/p&gt;</description></item>
<item><title>Two</title><guid>https://courier.example/2</guid><dc:date>2024-03-01</dc:date></item>
</channel></rss>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://courier.example/"><title>C</title></channel>
<item rdf:about="https://courier.example/1"><title>One</title><link>https://courier.example/1</link></item>
</rdf:RDF>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Courier",
        "items": [
            {
                "id": "https://courier.example/1",
                "url": "https://courier.example/1",
                "title": "One",
                "date_published": "2024-03-01T12:00:00Z",
                "authors": [{"name": "Ola"}],
            },
            {"id": 2, "link": "https://courier.example/2", "title": {"rendered": "Two &amp; x"}},
        ],
    }
).encode()
SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://courier.example/2024/03/01/pier?a=1&amp;b=2</loc><lastmod>2024-03-01</lastmod>
<news:news><news:publication><news:name>Courier</news:name></news:publication>
<news:publication_date>2024-03-01T12:00:00+01:00</news:publication_date><news:title>Pier</news:title>
</news:news></url><url><loc>/2</loc></url><!-- x --></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
<loc>https://courier.example/sitemap-2024-03.xml.gz</loc><lastmod>2024-03-01T00:00:00Z</lastmod>
</sitemap><sitemap><loc>https://courier.example/sitemap?yyyy=2024&amp;mm=03</loc></sitemap></sitemapindex>"""
LINES = b"https://courier.example/1\nhttps://courier.example/2\r\nhttps://courier.example/a b\n"
ROBOTS = b"""# all
User-agent: *
Disallow: /private/*.html$
Allow: /private/a
Crawl-delay: 2.5
Request-rate: 1/5s
Visit-time: 0600-0845
User-agent: Broadsheet
Disallow: /x*y*z
Sitemap: https://courier.example/sitemap.xml
Sitemap: /relative.xml
"""
TDMREP = b"""[{"location": "/a/*", "tdm-reservation": 1, "tdm-policy": "https://courier.example/p"},
{"location": "*", "tdm-reservation": 0}]"""
OPML = b"""<opml version="1.0"><head><title>x</title></head><body><outline text="News">
<outline type="rss" text="Courier" xmlUrl="https://courier.example/feed" htmlUrl="https://courier.example/"/>
</outline><outline xmlUrl="http://herald.example/rss" title="Herald"/></body></opml>"""
ADDRESSES = (
    "https://Courier.example:443/a/../%7Eola/./é?utm_source=rss&id=7#top",
    "http://user:secret@[2001:db8::1]:8080/x;y=1?q=%zz#!page",
    "//bücher.example/%E9?b=2&a=1&&fbclid=x",
    "HTTP://xn--bcher-kva.example./A%2fB%5Ć?x=%C3%A9",
    "https://courier.example",
    "http://127.1/", "http://0x7f.0.0.1/", "http://1.2.3.4.5/", "http://a..b/", "https://-a.example/",
    "https://courier.example/\udc80\ud800\x00 \t\n", "https://例え.テスト/パス?クエリ=値#断片",
    "https://[::ffff:1.2.3.4%25eth0]/", "https://ß.example/İ", "mailto:a@b.example", "//", "https:///a",
)  # fmt: skip


def feeds() -> tuple[bytes, ...]:
    """Return a feed of each kind."""
    utf16 = ATOM.decode().replace("utf-8", "utf-16").encode("utf-16")
    return (ATOM, RSS, RDF, JSON_FEED, gzip.compress(RSS, mtime=0), utf16)


def sitemaps() -> tuple[bytes, ...]:
    """Return a sitemap of each kind."""
    utf16 = SITEMAP.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    return (SITEMAP, INDEX, LINES, gzip.compress(SITEMAP, mtime=0), RSS, utf16)


def addresses() -> tuple[bytes, ...]:
    """Return addresses as bytes, some of them with lone surrogates."""
    return tuple(one.encode("utf-8", "surrogatepass") for one in ADDRESSES)
