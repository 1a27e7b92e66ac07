"""The command `broadsheet ingest`."""

from flows.commands.options import (
    AsFlowOption,
    ColumnsOption,
    ConfigOption,
    DelimiterOption,
    DryRunOption,
    EncodingOption,
    ExtractorOption,
    KeepAllOption,
    LimitOption,
    MappingOption,
    NoHeaderOption,
    PathsArgument,
    QuoteOption,
    SaveMappingOption,
    SourceOption,
    WaitOption,
    WarehouseOption,
    WorkersOption,
)


def ingest(
    paths: PathsArgument,
    warehouse: WarehouseOption = None,
    source: SourceOption = None,
    workers: WorkersOption = None,
    limit: LimitOption = None,
    columns: ColumnsOption = None,
    delimiter: DelimiterOption = None,
    quote: QuoteOption = None,
    encoding: EncodingOption = None,
    no_header: NoHeaderOption = False,
    mapping: MappingOption = None,
    save_mapping: SaveMappingOption = None,
    extractor: ExtractorOption = None,
    dry_run: DryRunOption = False,
    keep_all: KeepAllOption = False,
    wait: WaitOption = False,
    prefect: AsFlowOption = False,
    config: ConfigOption = None,
) -> None:
    """Read archives and folders into the warehouse.

    Reads web archives (WARC, ARC, WET, WACZ), saved pages (HTML, MHTML), text,
    Markdown, Word, tables (JSON, CSV, Excel, SQLite, Parquet), downloads of press
    databanks and XML of agencies, also compressed or inside zip and tar. Formats
    are recognised by content; docs/formats.md lists them. Closes with a table of
    the outcomes of all documents. A second run changes nothing. After a kill, the
    same command resumes the run. Files may also lie in a bucket or on a web server
    (docs/bucket-inputs.md).

    [dim]broadsheet ingest archive.warc.gz[/dim]
    [dim]broadsheet ingest stories/ --source "Harbour Courier" --limit 100[/dim]
    [dim]broadsheet ingest dump.jsonl --map text=story --map published=day[/dim]
    [dim]broadsheet ingest dump.csv --dry-run --save-mapping dump.toml[/dim]
    [dim]broadsheet ingest dump.csv --mapping dump.toml[/dim]
    [dim]broadsheet ingest s3://press/ccnews/ https://archive.example/a.warc.gz[/dim]
    """
    from config.settings import load_settings
    from flows.actions.ingest import ingest_command, show_plan
    from flows.actions.mapping import chosen_columns, save_mapping_file
    from tasks.runs.run import IngestRequest

    chosen = {"extractor": extractor, "keep_all": keep_all or None}
    settings = load_settings(config, warehouse=warehouse, workers=workers, process=chosen)
    table = {"delimiter": delimiter, "quote": quote, "encoding": encoding}
    table["header"] = "no" if no_header else None
    pairs = chosen_columns(mapping, columns or [], table.items())
    request = IngestRequest(tuple(paths), source, pairs, limit)
    if save_mapping:
        save_mapping_file(save_mapping, request, settings)
    if dry_run:
        show_plan(request, settings)
    else:
        ingest_command(request, settings, wait=wait, prefect=prefect, config=config)
