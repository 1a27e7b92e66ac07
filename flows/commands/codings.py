"""The commands `broadsheet codings …`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WaitOption, WarehouseOption

app = typer.Typer(help="Join filled sheets back, and measure agreement.", no_args_is_help=True)

_Ordinal = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A variable whose values are ranks; may be repeated."),
]


@app.command("import")
def codings_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The filled sheet.")],
    coder: Annotated[str, typer.Option(metavar="NAME", help="Who filled it.")],
    warehouse: WarehouseOption = None,
    ordinal: _Ordinal = None,
    wait: WaitOption = False,
    config: ConfigOption = None,
) -> None:
    """Import a filled sheet of `broadsheet sample` into the table codings.

    Every column that the sample did not write is a variable. Nothing is imported
    if a row names an article or version that the warehouse does not have. The
    same sheet again changes nothing; changed cells replace earlier ones.

    [dim]broadsheet codings import anna.csv --coder ANNA[/dim]
    """
    from config.settings import load_settings
    from flows.actions.codings import import_sheet_command

    settings = load_settings(config, warehouse=warehouse)
    import_sheet_command(file, coder, ordinal or [], settings, wait=wait)


@app.command("agreement")
def codings_agreement(
    warehouse: WarehouseOption = None, ordinal: _Ordinal = None, config: ConfigOption = None
) -> None:
    """Print Krippendorff's alpha of each variable that was coded."""
    from config.settings import load_settings
    from flows.actions.codings import agreement_command

    agreement_command(ordinal or [], load_settings(config, warehouse=warehouse))
