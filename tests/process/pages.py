"""Handwritten pages about places that do not exist."""

SENTENCES = (
    "The harbour council of Nordholm decided on Monday to rebuild the old ferry pier.",
    "Work is to begin in spring, and the tram to Lindwick will stop at the fish market until then.",
    "Mayor Ilse Vandermolen called the decision a late but necessary step for the whole island.",
    "Fishermen fear that the noise will drive the herring away from the shallow bay.",
    "The cost, some four million crowns, is shared between the island and the region of Skerrow.",
    "A first plan had failed two years ago because nobody had asked the owners of the boathouses.",
)


def story(*extra: str, head: str = "", title: str = "Nordholm rebuilds its pier") -> str:
    """Return a page with a story of six paragraphs, and with `extra` blocks after it."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><article>"
        f"<h1>{title}</h1>{paragraphs}{''.join(extra)}</article></body></html>"
    )
