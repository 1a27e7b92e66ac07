"""Normalised addresses: the key that identifies a page, and the registered domain."""

import re
import unicodedata
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from tasks.web.hosts import ascii_host, domain_of

# Version of the rules of `url_key` and of believed canonicals. Raise it whenever their results
# change: resolve then finds the articles of older warehouses by their addresses' new keys.
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

# Matches addresses that are normalised already, as most are; urlsplit is slower. Dot segments
# (`/.`) are checked separately.
_PLAIN = re.compile(
    r"https?://([a-z0-9_-]{1,60}(?:\.[a-z0-9_-]{1,60}){1,3})"
    r"(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)(?:\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]*))?"
)
_NORMALISED = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?-]*")
# RFC 3986: characters beside the unreserved ones that may stand in a path, query or fragment.
_ALLOWED: Final = "!$&'()*+,;=:@/?%"
_UNRESERVED: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)
# An escape, or an ASCII character that must be escaped, such as a `%` that begins no escape.
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/?\x80-\xff-]")
_KEPT_ESCAPE = re.compile(r"(%[0-9A-F]{2})")


def url_key(url: str | None) -> str | None:
    """Return the key of an address; None for anything but an http(s) address.

    The key leaves out the scheme (http and https serve the same page, and archives mix them),
    userinfo, default ports, dot segments, known tracking parameters, and the fragment except
    `#!…`. The host is in lower case and IDNA; percent-encoding and Unicode are normalised. All else
    stays, such as the order of the query and a slash at the end. The key of a key is itself.

    Example:
        >>> url_key("https://Herald.example:443/a/../é?utm_source=rss&id=7#top")
        '//herald.example/%C3%A9?id=7'
    """
    plain = _PLAIN.fullmatch(url) if url else None
    if plain and "/." not in plain[2]:
        host, path, query, fragment = plain[1], plain[2], plain[3] or "", ""
    else:
        parts = split_address(url)
        place = _host_and_port(parts) if parts else None
        if parts is None or place is None:
            return None
        host, path = place, _without_dots(normalise_part(parts.path)) or "/"
        query, fragment = normalise_part(parts.query), _page_fragment(parts.fragment)
    query = _without_tracking(query) if query else ""
    return f"//{host}{path}{'?' if query else ''}{query}{fragment}"


def registered_domain(url: str | None) -> str | None:
    """Return `example.co.uk` for any address below it; for an IP or a bare name the host itself."""
    parts = split_address(url)
    host = host_of(parts) if parts else None
    return domain_of(host) if host else None


def absolute_url(url: str | None, base: str | None) -> str | None:
    """Return an http(s) address made absolute against `base`; None for anything else."""
    if not url or not url.strip():
        return None
    try:
        joined = urljoin(base or "", url.strip())
    except ValueError:
        return None
    parts = split_address(joined)
    return joined if parts is not None and parts.scheme and host_of(parts) else None


def split_address(url: str | None) -> SplitResult | None:
    """Return the parts of an http(s) address or of a key; None for anything else."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https", ""} and parts.netloc else None


def parts_of(url: str | None) -> SplitResult:
    """Return the parts of any address as written; empty parts for text that cannot be parsed."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return urlsplit("")


def host_of(parts: SplitResult) -> str | None:
    """Return the host in the form of `ascii_host`; None if it is no valid name."""
    try:
        return ascii_host(parts.hostname or "")
    except ValueError:
        return None


def normalise_part(text: str) -> str:
    """Normalise a path, query or fragment, so that equal spellings are equal (RFC 3986, 6.2.2).

    Escaped unreserved characters are decoded. Characters that must be escaped are escaped in upper
    case, as UTF-8 in NFC. Reserved characters stay as they are, escaped or not: `%2F` is not `/`.
    Bytes that are not UTF-8 stay bytes.
    """
    if _NORMALISED.fullmatch(text):
        return text
    decoded = _ESCAPE.sub(_normalise_escape, raw_bytes(text)).decode("utf-8", "surrogateescape")
    # Each piece on its own: an accent after `%5C` must not combine with the letter C.
    pieces = (unicodedata.normalize("NFC", piece) for piece in _KEPT_ESCAPE.split(decoded))
    return "".join(quote(piece, _ALLOWED, errors="surrogateescape") for piece in pieces)


def raw_bytes(text: str) -> bytes:
    """Return an address's text as the bytes to send, before escaping.

    U+DC80 to U+DCFF stand for bytes that were not UTF-8 when the address was read.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _normalise_escape(found: re.Match[bytes]) -> bytes:
    """Decode an escape unless it must stay, and escape a character that needs it."""
    if found[1] is None:
        return b"%%%02X" % found[0][0]
    byte = int(found[1], 16)
    return bytes([byte]) if byte >= 0x80 or byte in _UNRESERVED else found[0].upper()


def _without_dots(path: str) -> str:
    """Remove `.` and `..` segments (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    end = "/" if segments[-1] in {".", ".."} and kept else ""
    return "/" + "/".join(kept) + end


def _page_fragment(fragment: str) -> str:
    """Return `#!…`, with which older sites name their pages; "" for `#!` alone, a dead link."""
    return f"#{normalise_part(fragment)}" if fragment.startswith("!") and len(fragment) > 1 else ""


def _host_and_port(parts: SplitResult) -> str | None:
    """Return host and port as a key has them, None for an invalid host or port."""
    host = host_of(parts)
    try:
        port = parts.port
    except ValueError:
        return None
    if host is None:
        return None
    host = f"[{host}]" if ":" in host else host
    is_default = port is None or port in DEFAULT_PORTS.values()
    return host if is_default else f"{host}:{port}"


def _without_tracking(query: str) -> str:
    """Return a query without tracking parameters and empty parts, in its order."""
    return "&".join(part for part in query.split("&") if part and not _is_tracking(part))


def _is_tracking(part: str) -> bool:
    name = part.partition("=")[0].lower().removeprefix("amp;")
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)
