"""Who is told how a run goes on."""


class Watcher:
    """Is told how a run goes on; from any thread. This one does not care."""

    def notice(self, sentence: str) -> None:
        """Something that the person who started the run should know."""

    def planned(self, batches: int, size: int) -> None:
        """So many batches of together `size` bytes are still to be processed."""

    def document(self) -> None:
        """One document was processed."""

    def batch(self, size: int) -> None:
        """A batch of `size` bytes was finished."""

    def discovering(self, sources: int) -> None:
        """The lists of so many sources are still to be read."""

    def discovered(self, source: str, found: int) -> None:
        """A source's lists were read and name so many pages."""

    def fetching(self, pages: int) -> None:
        """So many pages are still to be fetched."""

    def fetched(self, outcome: str, size: int) -> None:
        """A page's last attempt ended so, with a body of `size` bytes."""
