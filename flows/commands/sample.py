"""The command `broadsheet sample`."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import ConfigOption, WarehouseOption


def sample(
    count: Annotated[int, typer.Argument(metavar="N", min=1, help="The number of articles.")],
    warehouse: WarehouseOption = None,
    stratify: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Draw in proportion to these: source, domain, language, section, page_type, "
            "access_state, day, month, year.",
        ),
    ] = "",
    seed: Annotated[int, typer.Option(help="The same seed draws the same articles.")] = 1,
    where: Annotated[
        str,
        typer.Option(metavar="CONDITION", help="Which articles: SQL on the columns of `articles`."),
    ] = "true",
    code: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An empty column for coders; may be repeated."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The sheet, .csv or .xlsx.")
    ] = Path("sample.csv"),
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    config: ConfigOption = None,
) -> None:
    """Draw articles at random into a sheet for coders.

    The sheet has the text, and article_id and version, by which `codings import`
    joins it back. The same seed draws the same articles of the same warehouse,
    in whatever order it was loaded.

    [dim]broadsheet sample 400 --stratify source,month --seed 7 --code tone --code topic[/dim]
    [dim]broadsheet sample 50 --where "text ilike '%ferry%'" --code tone --out ferry.xlsx[/dim]
    """
    from config.settings import load_settings
    from flows.actions.codings import sample_command
    from tasks.codings.sample import SampleRequest

    strata = [name.strip() for name in stratify.split(",") if name.strip()]
    request = SampleRequest(count, out, strata, seed, where, code or [], force)
    sample_command(request, load_settings(config, warehouse=warehouse))
