"""Every error that Broadsheet raises on purpose.

A message is one sentence: what happened, where, and what to do. The command line prints it and
ends with `exit_status`; anything that is not a `BroadsheetError` is a defect.
"""


class BroadsheetError(Exception):
    """The run failed; nothing half-done was published."""

    exit_status = 1


class UsageError(BroadsheetError):
    """What was asked for cannot be done as asked: a path, a setting, a query."""

    exit_status = 2


class DamagedWarehouseError(BroadsheetError):
    """A file of the warehouse is missing or unreadable; `broadsheet repair` is the remedy."""


class WarehouseLockedError(BroadsheetError):
    """Another process writes to the warehouse."""


class UnbalancedRunError(BroadsheetError):
    """The ledger does not account for every document; the run must not be published."""


class WorkerError(BroadsheetError):
    """A worker process cannot do its work at all, whatever the document."""


class ExtractorError(BroadsheetError):
    """The extractor failed on one page: the page becomes failed/extractor_error."""


class NightFailedError(BroadsheetError):
    """More sources of a night failed than the settings allow; what came is loaded and published."""


class ServiceError(BroadsheetError):
    """The Prefect server, or the process that runs its flows, cannot be started or reached."""


class StoppedError(BroadsheetError):
    """The person at the keyboard ended the run."""

    exit_status = 130


def disk_fault(error: OSError) -> str:
    """The sentence for a fault of the operating system: a full disk, a file that is forbidden."""
    place = f" ({error.filename})" if error.filename else ""
    what = f"{error.strerror or error}{place}"
    return f"{what}; mend that and repeat the command, which resumes the run."
