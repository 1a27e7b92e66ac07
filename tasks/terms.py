"""Every reason of the ledger and every quality flag, with its meaning."""

from tasks.process.metadata.flags import METADATA_FLAGS
from tasks.process.terms import FAILURE_REASONS, REJECTION_REASONS
from tasks.process.terms import QUALITY_FLAGS as PROCESS_FLAGS
from tasks.read.reasons import Reason

WORKER_REASONS = {
    "timeout": "The document took longer than process.page_seconds; its worker was replaced.",
    "worker_died": "The document killed its worker process twice.",
    "reader_died": "Reading on from here took too long or killed the worker process.",
}

DUPLICATE_REASONS = {
    "same_bytes": "The same article with the very same bytes is in the warehouse.",
    "same_text": "The same article with the same text is in the warehouse.",
}

REASONS = {
    **{str(reason): reason.meaning for reason in Reason},
    **REJECTION_REASONS,
    **FAILURE_REASONS,
    **WORKER_REASONS,
    **DUPLICATE_REASONS,
}

QUALITY_FLAGS = {**PROCESS_FLAGS, **METADATA_FLAGS}
