"""Addresses: the key that identifies a page, its registered domain, its canonical address."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import tldextract

# Number of the rules of `url_key` and of believed canonicals: raise it with each change of what
# they give, and resolve finds the articles of older warehouses by their addresses' present keys.
ADDRESS_RULES: Final = 2
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Known parameters that say where a reader came from, never which page this is.
TRACKING: Final = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "wbraid", "gbraid", "msclkid", "yclid", "twclid",
        "ttclid", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi",
        "hsctatracking", "vero_id", "vero_conv", "wt_mc", "wt_zmc", "at_medium", "at_campaign",
        "at_custom1", "at_custom2", "at_custom3", "at_custom4", "at_link_id", "at_link_type",
        "at_link_origin", "at_ptr_name", "at_format", "at_bbc_team", "at_campaign_type",
        "ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee", "cmpid", "cmp", "ocid",
        "icid", "ito", "smid", "smtyp", "xtor", "ref_src", "ref_url", "s_cid", "ncid", "guccounter",
        "guce_referrer", "guce_referrer_sig", "traffic_source", "oly_anon_id", "oly_enc_id",
        "piwik_campaign", "piwik_kwd", "pk_campaign", "pk_kwd", "mtm_campaign", "mtm_kwd",
        "mtm_source", "mtm_medium", "spm", "scid", "srsltid", "rb_clickid", "epik",
        "__twitter_impression",
    }
)  # fmt: skip
TRACKING_PREFIXES: Final = ("utm_", "hsa_", "pk_", "mtm_", "matomo_", "piwik_")
UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")
LANGUAGE_PART = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
INDEX_PAGE = re.compile(r"/?(?:index|default|home)(?:\.\w{2,5})?/?", re.IGNORECASE)
# ISO 639-1 codes that stand as the first part of a path or host for a language edition.
LANGUAGES: Final = frozenset(
    """
    af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it
    ja ka kk km kn ko ky lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt ro ru si sk sl sq sr sv
    sw ta te tg th tr uk ur uz vi zh
    """.split()
)

# An IP address, which has no registered domain.
ADDRESS = re.compile(r"[0-9.]+|\[.*\]|[0-9a-f:]*:[0-9a-f:]*")
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def url_key(url: str | None) -> str | None:
    """The key of an address; None for what is no http(s) address.

    Known tracking parameters, fragment, default port and userinfo are gone, the host is lower-case
    and ASCII; path and query are as written, the query in its order. The scheme is left out
    (`//host/path`): http and https serve one page, and archives mix both. The key of a key is
    itself.
    """
    parts = _split(url)
    if parts is None:
        return None
    host = _host_and_port(parts)
    if host is None:
        return None
    path = _quoted(parts.path) or "/"
    query = _without_tracking(_quoted(parts.query))
    return f"//{host}{path}" + (f"?{query}" if query else "")


def registered_domain(url: str | None) -> str | None:
    """`example.co.uk` of any address below it; the host itself for an IP or a bare name."""
    parts = _split(url)
    host = _host_of(parts) if parts else None
    return _domain_of(host) if host else None


def absolute_url(url: str | None, base: str | None) -> str | None:
    """An http(s) address made absolute against `base`; None for anything else."""
    if not url or not url.strip():
        return None
    try:
        joined = urljoin(base or "", url.strip())
    except ValueError:
        return None
    parts = _split(joined)
    return joined if parts is not None and parts.scheme and _host_of(parts) else None


def identifying_url(url: str | None, url_canonical: str | None) -> str | None:
    """The address that `url_key` is taken from: the canonical one where it can be believed.

    A declared canonical counts within the same registered domain only, and not if it is the front
    page, another language's edition or the AMP twin: sites write these by mistake. Without a
    fetched address an absolute canonical counts by itself.
    """
    canonical = absolute_url(url_canonical, url)
    own = _split(url)
    if own is None or not _host_of(own):
        return canonical
    if canonical is None or not _is_believable(own, canonical):
        return url
    return canonical


def _is_believable(own: SplitResult, canonical: str) -> bool:
    other = _split(canonical)
    if other is None or registered_domain(own.geturl()) != registered_domain(canonical):
        return False
    if _is_front_page(other) and not _is_front_page(own):
        return False
    if _is_amp(other) and not _is_amp(own):
        return False
    return _edition(own) == _edition(other)


def _is_front_page(parts: SplitResult) -> bool:
    path = parts.path.strip("/")
    edition = path.lower() in LANGUAGES
    return not parts.query and (not path or edition or bool(INDEX_PAGE.fullmatch(path)))


def _is_amp(parts: SplitResult) -> bool:
    """Whether an address is a page's twin for phones; the page itself is what identifies."""
    segments = parts.path.strip("/").split("/")
    by_host = (_host_of(parts) or "").startswith("amp.")
    by_path = segments[0] == "amp" or segments[-1] in {"amp", "amp.html"}
    return by_host or by_path or "outputType=amp" in parts.query


def _edition(parts: SplitResult) -> tuple[str, ...]:
    """Languages that the host's first label and the path's first part name, if any."""
    host = (_host_of(parts) or "").split(".")[0]
    path = parts.path.strip("/").split("/")[0].lower()
    found = []
    for name in (host, path):
        if LANGUAGE_PART.fullmatch(name) and re.split("[-_]", name)[0] in LANGUAGES:
            found.append(re.split("[-_]", name)[0])
    return tuple(found)


def _split(url: str | None) -> SplitResult | None:
    """The parts of an http(s) address or key; None where there is none."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https", ""} and parts.netloc else None


def _host_of(parts: SplitResult) -> str | None:
    """The host in lower case and ASCII (IDNA), without its last dot."""
    try:
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    try:
        ascii_host = host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return None if not ascii_host or UNSAFE.search(ascii_host) else ascii_host


def _host_and_port(parts: SplitResult) -> str | None:
    host = _host_of(parts)
    try:
        port = parts.port
    except ValueError:
        return None
    if host is None:
        return None
    host = f"[{host}]" if ":" in host else host
    is_default = port is None or port in DEFAULT_PORTS.values()
    return host if is_default else f"{host}:{port}"


def _quoted(text: str) -> str:
    """Spaces, control characters and lone surrogates percent-encoded; all else as written."""
    return UNSAFE.sub(lambda m: "".join(f"%{b:02X}" for b in _bytes(m[0])), text)


def _bytes(character: str) -> bytes:
    return character.encode("utf-8", "surrogatepass")


def _without_tracking(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not _is_tracking(part))


def _is_tracking(part: str) -> bool:
    name = part.partition("=")[0].lower().removeprefix("amp;")
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


@lru_cache(maxsize=50_000)
def _domain_of(host: str) -> str:
    found = _suffixes(host).top_domain_under_public_suffix
    if found or ADDRESS.fullmatch(host):
        return found or host
    return ".".join(host.split(".")[-2:])  # the list's own rule for tops that it does not name
