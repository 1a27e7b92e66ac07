"""The command `broadsheet export`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file or folder to write.")],
    warehouse: WarehouseOption = None,
    where: Annotated[
        str,
        typer.Option(metavar="CONDITION", help="Which articles: SQL on the columns of `articles`."),
    ] = "true",
    format: Annotated[
        Literal["parquet", "csv", "jsonl", "duckdb", "xlsx", "txt"] | None,
        typer.Option("--format", "-f", help="What to write. [dim]Default: by the ending[/dim]"),
    ] = None,
    text_free: Annotated[
        bool,
        typer.Option("--text-free", help="Leave out texts, titles and names; add n-grams."),
    ] = False,
    min_documents: Annotated[
        int,
        typer.Option(min=2, metavar="N", help="For --text-free: n-grams of at least N articles."),
    ] = 10,
    excel: Annotated[
        bool,
        typer.Option("--excel", help="Write CSV for Excel: with a BOM, without formulas."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write articles to a file or folder that opens without Broadsheet.

    `duckdb` is one file with all tables of the articles. `txt` is a folder of
    texts with a table `metadata.csv`. With --text-free, the export has what may
    be shared where texts may not: ids, addresses, dates, hashes, counts,
    fingerprints, and runs of one to three words that many articles have; as
    parquet, csv or jsonl it is a folder then.

    [dim]broadsheet export articles.parquet[/dim]
    [dim]broadsheet export ferry.csv --where "text ilike '%ferry%'"[/dim]
    [dim]broadsheet export news.duckdb --where "published_date >= '2025-03-01'"[/dim]
    [dim]broadsheet export corpus --format txt --where "language = 'en'"[/dim]
    [dim]broadsheet export shared --format parquet --text-free[/dim]
    """
    from config.settings import load_settings
    from flows.actions.export import ExportRequest, export_command
    from warehouse.export_tables import Choice

    request = ExportRequest(out, format, Choice(where, text_free, min_documents), excel, force)
    export_command(request, load_settings(config, warehouse=warehouse))
