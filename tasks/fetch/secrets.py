"""Headers with keys, and the sites that they may be sent to."""

from dataclasses import dataclass, field

from yarl import URL

from config.sources import Source, resolved_headers
from tasks.web.exchange import Headers
from tasks.web.urls import registered_domain


@dataclass(frozen=True, slots=True)
class Secrets:
    """The headers of a source, which go to its own sites only: a feed may list any address.

    Attributes:
        domains: registered domains that the source's entry names.
        plain: domains that it names with http; the others get the headers by https only.
    """

    headers: Headers = field(default=(), repr=False)
    domains: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    def allowed_at(self, url: URL, first: URL) -> bool:
        """Return whether the headers may be sent to an address.

        Args:
            first: the address of the order, of which `url` may be a redirect. No redirect carries
                the headers to another registered domain, or from https to http.
        """
        domain = registered_domain(str(url))
        if domain not in self.domains or domain != registered_domain(str(first)):
            return False
        return url.scheme == "https" or (first.scheme == "http" and domain in self.plain)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the headers in lower case; their values are never stored."""
        return frozenset(name.lower() for name, _ in self.headers)


NO_SECRETS = Secrets()


def secrets_of(source: Source) -> Secrets:
    """Return the headers of a source's entry, and the sites that it names.

    Raises:
        UsageError: a value comes from an environment variable that is not set.
    """
    if not source.headers:
        return NO_SECRETS
    named = (source.homepage, *source.feeds, *source.sitemaps, *source.sections)
    sites = [(registered_domain(url), URL(url).scheme) for url in named]
    return Secrets(
        headers=resolved_headers(source),
        domains=frozenset(domain for domain, _ in sites if domain),
        plain=frozenset(domain for domain, scheme in sites if domain and scheme == "http"),
    )
