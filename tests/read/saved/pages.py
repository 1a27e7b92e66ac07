"""Makes saved pages and captures of an invented site, as browsers and archives write them."""

import base64
import plistlib
import quopri

STAMP = "20160305120000"
OWN = "https://www.courier.example/2016/03/04/pier"
STORY = "".join(
    f"<p>On day {day} the harbour council of Wexcombe met again and said that the old pier would "
    f"open after {day + 3} weeks of work, for the ships of the summer line.</p>\n"
    for day in range(6)
)
TOOLBAR_WORDS = "captures"


def story(head: str = "", body: str = "", top: str = "") -> str:
    """Return a page with something above, in its head, and below its text."""
    return (
        f"<!DOCTYPE html>{top}<html lang='en'><head><meta charset='utf-8'>"
        f"<title>The pier of Wexcombe opens again | Courier</title>{head}</head><body>"
        f"<article><h1>The pier of Wexcombe opens again</h1>{STORY}</article>{body}</body></html>"
    )


def wayback(
    stamp: str = STAMP, text: str = "", prefix: str = "https://web.archive.org/web/"
) -> str:
    """Return a capture as the Wayback Machine shows it, with a link in the story."""
    path = "/" + prefix.split("/", 3)[3]
    head = (
        f'<script>__wm.wombat("{OWN}","{stamp}","https://web.archive.org/","web","","1");</script>'
        f'<link rel="canonical" href="{prefix}{stamp}/{OWN}">'
        f'<meta property="og:image" content="{prefix}{stamp}im_/https://www.courier.example/a.jpg">'
        '<script type="application/ld+json">{"@type": "NewsArticle", "url": '
        f'"https:\\/\\/web.archive.org\\/web\\/{stamp}\\/https:\\/\\/www.courier.example\\/x"}}'
        "</script>"
    )
    toolbar = (
        "<!-- BEGIN WAYBACK TOOLBAR INSERT -->\n<div id=\"wm-ipp-base\"><div id='wm-ipp'>"
        f"<input type='text' name='url' id='wmtbURL' value='{OWN}'><div>12 {TOOLBAR_WORDS}</div>"
        "</div></div>\n<!-- END WAYBACK TOOLBAR INSERT -->"
    )
    day = f"{stamp[8:10]}:{stamp[10:12]}:{stamp[12:]} Mar {stamp[6:8]}, {stamp[:4]}"
    note = f"<!--\n     FILE ARCHIVED ON {day} AND RETRIEVED FROM THE\n     INTERNET ARCHIVE ON"
    link = f'<p>See <a href="{path}{stamp}/https://www.courier.example/b">b</a> {text}</p>'
    return story(head, f"{toolbar}{link}") + f"{note} 10:00:00 Jan 02, 2024.\n-->"


def archive_today(address: str) -> str:
    """Return a capture as archive.today shows it."""
    head = f'<link rel="canonical" href="{address}">'
    header = f'<div id="HEADER"><table><tr><td>webpage {TOOLBAR_WORDS}</td></tr></table></div>'
    link = '<p><a href="https://archive.ph/o/AbC12/https://www.courier.example/b">b</a></p>'
    return story(head, header + link)


def mhtml(page: str, **changes: str) -> bytes:
    """Return an MHTML as Chrome writes it; the keys of the changes are names of its parts."""
    encoding = changes.get("encoding", "quoted-printable")
    charset = changes.get("charset", "utf-8")
    content = page.encode(charset)
    if encoding == "quoted-printable":
        content = quopri.encodestring(content)
    elif encoding == "base64":
        content = base64.encodebytes(content)
    boundary = "----MultipartBoundary--AbCd----"
    top = changes.get(
        "top",
        "From: <Saved by Blink>\r\n"
        f"Snapshot-Content-Location: {OWN}\r\n"
        "Subject: =?utf-8?Q?The=20pier?=\r\n"
        "Date: Wed, 10 May 2023 08:15:00 -0000\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="{boundary}"\r\n',
    )
    part = changes.get("part", f"Content-Type: text/html; charset={charset}\r\n")
    where = changes.get("where", f"Content-Location: {OWN}\r\n")
    lines = [
        f"{top}\r\n\r\n--{boundary}\r\n{part}"
        f"Content-Transfer-Encoding: {encoding}\r\n{where}\r\n".encode(),
        content.replace(b"\n", b"\r\n"),
        f"\r\n--{boundary}\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Location: https://www.courier.example/a.png\r\n\r\niVBORw0KGgo=\r\n"
        f"--{boundary}\r\nContent-Type: text/html\r\nContent-Location: cid:frame-1@x.blink\r\n\r\n"
        f"<p>A frame.</p>\r\n--{boundary}--\r\n".encode(),
    ]
    return b"".join(lines)


def webarchive(**changes: object) -> bytes:
    """Return a `.webarchive` as Safari writes it; the changes are those of its main resource."""
    main = {
        "WebResourceData": story().encode(),
        "WebResourceURL": OWN,
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "UTF-8",
        "WebResourceFrameName": "",
    }
    content = {"WebMainResource": main | changes, "WebSubresources": []}
    return plistlib.dumps(content, fmt=plistlib.FMT_BINARY)
