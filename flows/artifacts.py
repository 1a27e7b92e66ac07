"""What a flow run leaves to be looked at in the Prefect UI."""

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.report import OUTCOMES, night_line, one_line, visits
from tasks.pipeline import Summary
from warehouse.query import opened, rows
from warehouse.statements import statement


def record_outcomes(summary: Summary) -> None:
    """Two artifacts: the closing table, and why documents were dropped, with examples."""
    counts = sorted(summary.resolved.counts, key=lambda count: OUTCOMES.index(count.outcome))
    create_table_artifact(
        key="ingest-outcomes",
        table=[
            {"outcome": c.outcome, "reason": c.reason or "", "documents": c.documents}
            for c in counts
        ],
        description=f"Documents by outcome: {one_line(summary)}",
    )
    create_markdown_artifact(
        key="ingest-dropped", markdown=_dropped(summary), description="Why documents were dropped"
    )


def record_night(summary: Summary) -> None:
    """Two artifacts: the night's table, one row per source, and why documents were dropped."""
    create_table_artifact(
        key="night-sources",
        table=[
            {
                "source": visit.source,
                "found": visit.found,
                "fetched": visit.fetched,
                "unchanged": visit.unchanged,
                "loaded": visit.loaded,
                "revised": visit.revised,
                "rejected": visit.rejected,
                "failed": visit.failed,
                "newest": f"{visit.newest_at:%Y-%m-%d %H:%M}" if visit.newest_at else "",
                "note": visit.note,
            }
            for visit in visits(summary)
        ],
        description=f"The night's sources: {night_line(summary)}",
    )
    create_markdown_artifact(
        key="night-dropped", markdown=_dropped(summary), description="Why documents were dropped"
    )


def _dropped(summary: Summary) -> str:
    query = statement("dropped_examples")
    with opened(summary.published.parent) as connection:
        _, found = rows(connection, query, {"run_id": summary.run_id})
    if not found:
        return "Nothing was rejected and nothing failed."
    lines = ["| outcome | reason | documents | for example |", "|---|---|---:|---|"]
    for outcome, reason, documents, example in found:
        lines.append(f"| {outcome} | {reason} | {documents:,} | `{example.replace('|', '/')}` |")
    return "\n".join(
        [*lines, "", f"All of them: `select * from documents where run_id = '{summary.run_id}'`"]
    )
