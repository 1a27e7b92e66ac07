"""The options that commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Warehouse = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        "-w",
        metavar="DIR",
        help="Folder of the tables. [dim]Default: setting `warehouse`, ./data[/dim]",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings instead of ./broadsheet.toml."),
]

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH", help="Files, folders and globs, in any mix.")
]
Source = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Source of all documents. [dim]Default: what the archive says[/dim]",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, help="Worker processes. [dim]Default: one per core[/dim]", show_default=False
    ),
]
Extractor = Annotated[
    Literal["fast", "careful", "cascade"] | None,
    typer.Option(
        help="Which lane reads pages. [dim]Default: setting `process.extractor`, cascade[/dim]",
        show_default=False,
    ),
]
Limit = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Take a first look: N documents only.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="For rows: which column holds a field, such as text=story. Repeatable.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be read, and stop.")]
KeepAll = Annotated[
    bool,
    typer.Option("--keep-all", help="Load listings, products, walls and the like, too, flagged."),
]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait while another run writes to the warehouse.")
]
AsFlow = Annotated[
    bool, typer.Option("--prefect", help="Run as a Prefect flow run, recorded by its server.")
]
