"""A run's result in words, for the terminal, state messages and artifacts."""

from tasks.pipeline import Summary

OUTCOMES = ("loaded", "revised", "duplicate", "rejected", "failed")


def one_line(summary: Summary) -> str:
    """Such as "1,204 loaded, 31 revised, 12 rejected"; what is zero is left out."""
    counts = ((outcome, summary.resolved.by_outcome(outcome)) for outcome in OUTCOMES)
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts if count) or "no documents"
