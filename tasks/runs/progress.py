"""Progress events of a run, for progress bars and logs.

The jobs below `flows/` report progress to a listener and know nothing of the screen or of Prefect.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.bucket.uploads import TransferWatch


class ProgressListener:
    """A receiver of a run's progress events; the base class ignores them.

    Events come from any thread, and several may come at once.
    """

    def notice(self, sentence: str) -> None:
        """Receive a sentence that the person who started the run should read."""

    def planned(self, batches: int, size: int) -> None:
        """Receive how many batches are to be processed, and their size in bytes together."""

    def document(self) -> None:
        """Receive the event that one document was processed."""

    def batch(self, size: int) -> None:
        """Receive the event that a batch of `size` bytes was finished."""

    def discovering(self, sources: int) -> None:
        """Receive how many sources have lists that are to be read."""

    def discovered(self, source: str, found: int) -> None:
        """Receive how many pages the lists of a source name, once all are read."""

    def fetching(self, pages: int) -> None:
        """Receive how many pages are to be fetched."""

    def fetched(self, outcome: str, size: int) -> None:
        """Receive the outcome of a page's last attempt and the size of its body in bytes."""

    def backing_up(self, files: int) -> None:
        """Receive how many files a backup has, are restored, or go to or from a bucket."""

    def backed_up(self, size: int) -> None:
        """Receive the event that a file of `size` bytes has arrived there."""


def watch_of(listener: ProgressListener) -> "TransferWatch":
    """Return what tells a listener of the files that go to or from a bucket."""
    from warehouse.bucket.uploads import TransferWatch

    return TransferWatch(listener.backing_up, listener.backed_up)
