"""Tells from a file's path what was saved beside a page, and the address of a mirrored page."""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

# Folders that browsers make beside "web page, complete", in the languages of Windows.
_FOLDER = re.compile(
    r"(.+)(?:_files|-filer|_fichiers|_archivos|_file|_bestanden|_arquivos|_ficheiros|-Dateien"
    r"|_pliki|_soubory|_elemei|_datoteke|_tiedostot|_dosyalar|_failid|_fails|_bylos|\.files)",
    re.IGNORECASE,
)
_PAGES = (".html", ".htm", ".xhtml", ".shtml")
# Files that are rejected as what they are, wherever they lie.
_JUDGED = (".js", ".mjs", ".css", ".log")
_CACHE = "hts-cache"
_OF_A_CRAWLER = ("robots.txt", "index.html")  # wget writes them for each host
_HOST = re.compile(r"([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24})(?:[:+](\d{2,5}))?")
# wget writes the query behind `?`, or behind `@` where file systems take no `?`.
_QUERY_MARK = re.compile(r"[?@](?=\w)")
_INDEX = re.compile(r"index\.x?html?", re.IGNORECASE)
_ADDED_ENDING = re.compile(r"(\.(?:php\d?|aspx?|jspx?|cgi|cfm))\.html$", re.IGNORECASE)


def companion_of(path: str, exists: Callable[[str], bool]) -> str | None:
    """Return what a file belongs to that is no page of its own; None for all others.

    Args:
        path: within the input or archive, folders parted by `/`.
        exists: says whether another path is there.
    """
    *folders, name = path.split("/")
    if name.lower().endswith(_JUDGED):
        return None
    for depth, folder in enumerate(folders):
        if folder == _CACHE:
            return "HTTrack's cache of a mirror"
        above = "/".join((*folders[:depth], ""))
        if (found := _FOLDER.fullmatch(folder)) and (page := _page(above + found[1], exists)):
            return f"part of the saved page {page.rpartition('/')[2]}"
    return _view_of_index(folders, name, exists)


def mirrored_address(path: str, body: bytes, exists: Callable[[str], bool]) -> str | None:
    """Return the address of a page in a mirror that has a folder per host; None elsewhere.

    A page that declares its address needs no other. A folder named after a site may hold a
    collection, too: where no folder is between, the page must name the host, the host be `www`, or
    the folder have what a crawler writes there. A mirror of several hosts (`wget -H`) has frames of
    other sites, which name nothing.

    Args:
        path: within the input or archive, folders parted by `/`.
        exists: says whether another path is there.
    """
    if b"canonical" in body or b"og:url" in body:
        return None
    from tasks.web.hosts import has_public_suffix  # its list of suffixes is no light import

    parts = path.split("/")
    for depth, folder in enumerate(parts[:-1]):
        found = _HOST.fullmatch(folder)
        if not found or not has_public_suffix(found[1]):
            continue
        named = folder.startswith("www.") or f"//{folder}".encode() in body
        is_nested = depth + 2 < len(parts)
        root = "/".join((*parts[: depth + 1], ""))
        is_mirror = named or is_nested or any(exists(root + name) for name in _OF_A_CRAWLER)
        return _address(folder, parts[depth + 1 :]) if is_mirror else None
    return None


def _page(stem: str, exists: Callable[[str], bool]) -> str | None:
    return next((stem + ending for ending in _PAGES if exists(stem + ending)), None)


def _view_of_index(folders: list[str], name: str, exists: Callable[[str], bool]) -> str | None:
    """Recognise `index.html@share=x.html`: the page beside it once more, or a list in an order.

    At the front page a query may name a story, as `/?p=17` does.
    """
    page_name, query = _split_query(name)
    if not query or not _INDEX.fullmatch(page_name):
        return None
    page = "/".join((*folders, page_name))
    if not exists(page):
        return None
    from tasks.web.address_signs import PageAddress  # as above: for few files

    address = PageAddress.of(f"https://mirror.example/?{query}")
    is_front = not folders or _HOST.fullmatch(folders[-1]) is not None
    if is_front and address and address.identifying:
        return None
    return f"another view of {page_name}"


def _address(host: str, parts: list[str]) -> str:
    *folders, name = parts
    name, query = _split_query(name)
    name = "" if _INDEX.fullmatch(name) else _ADDED_ENDING.sub(r"\1", name)
    path = "/".join(quote(unquote(part), safe="@:!$&'()*+,;=~") for part in (*folders, name))
    return f"https://{host.replace('+', ':')}/{path}" + (f"?{query}" if query else "")


def _split_query(name: str) -> tuple[str, str]:
    """Return a mirrored file's name and the query that wget wrote behind it, "" without one."""
    mark = _QUERY_MARK.search(name)
    if mark is None:
        return name, ""
    return name[: mark.start()], name[mark.end() :].removesuffix(".html")
