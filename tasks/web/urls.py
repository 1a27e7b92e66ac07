"""Addresses: the key that identifies a page, and the registered domain."""

import re
import unicodedata
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from tasks.process.hosts import ascii_host, domain_of

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

# An address whose parts are in their one form already: most are, and urlsplit is slower. Dot
# segments (`/.`) are looked for apart.
_PLAIN = re.compile(
    r"https?://([a-z0-9_-]{1,60}(?:\.[a-z0-9_-]{1,60}){1,3})"
    r"(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)(?:\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]*))?"
)
_IN_ONE_FORM = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?-]*")
# RFC 3986: besides the unreserved characters, what may stand in a path, query or fragment.
_ALLOWED: Final = "!$&'()*+,;=:@/?%"
_UNRESERVED: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)
# An escape, or an ASCII character that must be escaped, a `%` that begins no escape among them.
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/?\x80-\xff-]")
_KEPT_ESCAPE = re.compile(r"(%[0-9A-F]{2})")


def url_key(url: str | None) -> str | None:
    """Return the key of an address; None for what is no http(s) address.

    Left out are the scheme (http and https serve one page, and archives mix both), userinfo, the
    default ports, dot segments, known tracking parameters, and the fragment but for `#!…`. The
    host is in lower case and IDNA; percent-encoding and Unicode are in one form. All else stays:
    the order of the query, a slash at the end. The key of a key is itself.

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
        host, path = place, _without_dots(one_form(parts.path)) or "/"
        query, fragment = one_form(parts.query), _page_fragment(parts.fragment)
    query = _without_tracking(query) if query else ""
    return f"//{host}{path}{'?' if query else ''}{query}{fragment}"


def registered_domain(url: str | None) -> str | None:
    """Return `example.co.uk` for any address below it; the host itself for an IP or a bare name."""
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
    """Return the parts of an http(s) address or key; None where there is none."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https", ""} and parts.netloc else None


def parts_of(url: str | None) -> SplitResult:
    """Return the parts of any address as written; all of them empty for what is none."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return urlsplit("")


def host_of(parts: SplitResult) -> str | None:
    """Return the host as `ascii_host` has it."""
    try:
        return ascii_host(parts.hostname or "")
    except ValueError:
        return None


def one_form(text: str) -> str:
    """Return a path, query or fragment in the form that equal spellings share (RFC 3986, 6.2.2).

    Escaped unreserved characters are decoded; all that must be escaped is so in upper case, as
    UTF-8 in NFC. Reserved characters stay as they are, escaped or not: `%2F` is no `/`. Bytes that
    are not UTF-8 stay bytes.
    """
    if _IN_ONE_FORM.fullmatch(text):
        return text
    decoded = _ESCAPE.sub(_decoded, raw_bytes(text)).decode("utf-8", "surrogateescape")
    # Piece by piece: an accent after `%5C` must not be joined to the letter C.
    pieces = (unicodedata.normalize("NFC", piece) for piece in _KEPT_ESCAPE.split(decoded))
    return "".join(quote(piece, _ALLOWED, errors="surrogateescape") for piece in pieces)


def raw_bytes(text: str) -> bytes:
    """Return an address's text as the bytes that are sent, before escaping.

    U+DC80 to U+DCFF stand for bytes that were no UTF-8 when the address was read.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _decoded(found: re.Match[bytes]) -> bytes:
    """Decode an escape unless it must stay; escape a character that must be."""
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
    """Return `#!…`, by which older sites named their pages; `#!` alone is a link to nowhere."""
    return f"#{one_form(fragment)}" if fragment.startswith("!") and len(fragment) > 1 else ""


def _host_and_port(parts: SplitResult) -> str | None:
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
    return "&".join(part for part in query.split("&") if part and not _is_tracking(part))


def _is_tracking(part: str) -> bool:
    name = part.partition("=")[0].lower().removeprefix("amp;")
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)
