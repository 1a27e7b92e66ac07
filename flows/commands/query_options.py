"""Arguments and options of the commands that search, so that they mean the same everywhere."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

QueryArgument = Annotated[
    str, typer.Argument(help="What to look for; docs/search.md describes the language.")
]
FirstDayOption = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="First day of publication.",
        show_default=False,
    ),
]
LastDayOption = Annotated[
    datetime | None,
    typer.Option(
        "--to",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Last day of publication.",
        show_default=False,
    ),
]
OneSourceOption = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="Only this source.", show_default=False),
]
LanguageOption = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Only this language, such as en.", show_default=False),
]
CaseOption = Annotated[
    bool, typer.Option("--match-case", help="Tell capital letters from small ones.")
]
AccentsOption = Annotated[
    bool, typer.Option("--ignore-accents", help="Let cafe find café, and café find cafe.")
]
HitsLimitOption = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Give only the first N. [dim]Default: all[/dim]"),
]
HitsFormatOption = Annotated[
    Literal["table", "csv", "json", "parquet"],
    typer.Option("--format", "-f", help="How to print them."),
]
AnswerFormatOption = Annotated[
    Literal["table", "csv", "json", "parquet"],
    typer.Option("--format", "-f", help="How to print it."),
]
IntoOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.duckdb",
        help="Make the table `hits` in this DuckDB file, instead of printing.",
        show_default=False,
    ),
]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.svg|png",
        help="Draw it into this file, too.",
        show_default=False,
    ),
]
