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


class WarehouseLockedError(BroadsheetError):
    """Another process writes to the warehouse."""


class UnbalancedRunError(BroadsheetError):
    """The ledger does not account for every document; the run must not be published."""


class WorkerError(BroadsheetError):
    """A worker process cannot do its work at all, whatever the document."""


class ExtractorError(BroadsheetError):
    """The extractor failed on one page: the page becomes failed/extractor_error."""


class StoppedError(BroadsheetError):
    """The person at the keyboard ended the run."""

    exit_status = 130
