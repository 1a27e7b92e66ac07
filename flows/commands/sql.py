"""The command `broadsheet sql`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def sql(
    query: Annotated[
        str, typer.Argument(help="One SQL statement; - reads it from standard input.")
    ],
    warehouse: WarehouseOption = None,
    format: Annotated[
        Literal["table", "csv", "json", "parquet"],
        typer.Option("--format", "-f", help="How to print the answer."),
    ] = "table",
    excel: Annotated[
        bool,
        typer.Option("--excel", help="Write CSV for Excel: with a BOM, without formulas."),
    ] = False,
    attach: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Also read this DuckDB database, under its file name. Repeatable.",
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Query the published tables with SQL, read-only, even while a run is loading.

    The query is one statement. It can read the warehouse and databases given by
    --attach, but no other files.

    [dim]broadsheet sql "select source, count(*) from articles group by all"[/dim]
    [dim]broadsheet sql "select reason, count(*) from documents group by all order by 2 desc"[/dim]
    [dim]broadsheet sql "from articles" --format parquet > articles.parquet[/dim]
    """
    from config.place import warehouse_setting
    from flows.actions.answers import AnswerOptions, sql_command

    folder = warehouse_setting(config, warehouse)
    answer = AnswerOptions(format, excel, tuple(attach or ()))
    sql_command(sys.stdin.read() if query == "-" else query, folder, answer)
