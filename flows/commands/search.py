"""The command `broadsheet search`."""

from flows.commands.options import ConfigOption, WarehouseOption, day_of
from flows.commands.query_options import (
    AccentsOption,
    CaseOption,
    FirstDayOption,
    HitsFormatOption,
    HitsLimitOption,
    IntoOption,
    LanguageOption,
    LastDayOption,
    OneSourceOption,
    QueryArgument,
)


def search(
    query: QueryArgument,
    first: FirstDayOption = None,
    last: LastDayOption = None,
    source: OneSourceOption = None,
    language: LanguageOption = None,
    case: CaseOption = False,
    ignore_accents: AccentsOption = False,
    limit: HitsLimitOption = None,
    format: HitsFormatOption = "table",
    into: IntoOption = None,
    warehouse: WarehouseOption = None,
    config: ConfigOption = None,
) -> None:
    """Find articles by their words, the newest first.

    Words are joined by AND, OR, NOT and brackets; AND may be left out. "..." is
    a phrase, ferr* a beginning, "ferry strike"~5 words near each other.
    title:, text:, author: and source: search one field.

    [dim]broadsheet search 'ferry AND (strike OR walkout)' --from 2025-03-01[/dim]
    [dim]broadsheet search '"climate crisis"' --source harbour --into hits.duckdb[/dim]
    """
    from config.settings import load_settings
    from flows.actions.desk import HitsOutput, search_command
    from tasks.search.find import Question
    from tasks.search.tree import Folding

    folding = Folding(case, not ignore_accents)
    question = Question(query, day_of(first), day_of(last), source, language, folding)
    settings = load_settings(config, warehouse=warehouse)
    search_command(question, HitsOutput(format, into, limit), settings)
