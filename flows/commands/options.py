"""Arguments and options that several commands share, so that their help is the same everywhere."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.choices import Lane

WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        "-w",
        metavar="DIR",
        help="The warehouse's folder. [dim]Default: setting `warehouse`, ./data[/dim]",
        show_default=False,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file instead of ./broadsheet.toml."),
]

PathsArgument = Annotated[
    list[str],
    typer.Argument(metavar="PATH", help="Files, folders, globs and addresses, in any mix."),
]
SourceOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Source of all documents. [dim]Default: what the archive says[/dim]",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Number of worker processes. [dim]Default: one per core[/dim]",
        show_default=False,
    ),
]
ExtractorOption = Annotated[
    Lane | None,
    typer.Option(
        help="How text is extracted. [dim]Default: setting `process.extractor`, cascade[/dim]",
        show_default=False,
    ),
]
LimitOption = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Read only N documents, for a first look.")
]
ColumnsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="For rows: which column holds a field, such as text=story, text=data.body or text=3.",
    ),
]
DelimiterOption = Annotated[
    str | None,
    typer.Option(metavar="C", help="For CSV: what parts the columns. [dim]Default: found[/dim]"),
]
QuoteOption = Annotated[
    str | None,
    typer.Option(metavar="C", help="For CSV: the quote, or `none`. [dim]Default: found[/dim]"),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="For rows: such as cp1251. [dim]Default: found[/dim]"),
]
NoHeaderOption = Annotated[
    bool,
    typer.Option("--no-header", help="For CSV: the first line is a row; see --map text=3."),
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help='For rows: a file with what --map and the options for CSV say, as text = "story".',
    ),
]
SaveMappingOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="For rows: write how they are understood, for --mapping."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print what would be done, and change nothing.")
]
KeepAllOption = Annotated[
    bool,
    typer.Option(
        "--keep-all", help="Also load pages that are not articles, such as listings, with a flag."
    ),
]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="Wait while another run writes to the warehouse.")
]
AsFlowOption = Annotated[
    bool, typer.Option("--prefect", help="Run as a Prefect flow run, recorded on a server.")
]
SourceNamesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SOURCE]", help="Names of sources. [dim]Default: all enabled sources[/dim]"
    ),
]
NightOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The night's date. [dim]Default: today[/dim]",
        show_default=False,
    ),
]


def day_of(value: datetime | None) -> date | None:
    """Return the date of an option whose value Typer gives as a datetime."""
    return value.date() if value else None


def today() -> date:
    """Return the local date, after which a night that starts now is named."""
    return datetime.now().astimezone().date()
