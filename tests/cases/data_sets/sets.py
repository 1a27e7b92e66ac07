"""All data sets: their commands, and where the label of an article is found by SQL."""

from tests.cases.data_sets import files, rows
from tests.cases.data_sets.items import DataSet, Item


def _statement(item: Item) -> str:
    return item.statement


DATA_SETS = (
    DataSet(
        "AG News",
        rows.ag_news,
        "broadsheet ingest ag_news_csv/*.csv --no-header --map section=1 --map title=2 "
        "--map text=3",
        ("3", "4", "1", "2"),
        "section",
        has_date=False,
    ),
    DataSet(
        "10kGNAD",
        rows.ten_thousand_german,
        'broadsheet ingest train.csv test.csv --quote "\'" --no-header --map section=1 '
        "--map text=2",
        ("Etat", "Web", "Sport", "Inland"),
        "section",
        has_title=False,
        has_date=False,
        text=lambda item: f"{item.statement}; das war's",
    ),
    DataSet(
        "MIND",
        rows.mind,
        "broadsheet ingest MINDsmall_train/news.tsv --no-header --map section=2 --map title=4 "
        "--map text=5 --map url=6",
        ("news", "sports", "lifestyle"),
        "section",
        has_date=False,
        text=_statement,
    ),
    DataSet(
        "LIAR",
        rows.liar,
        "broadsheet ingest liar_dataset --no-header --map text=3 --map authors=5",
        ("false", "half-true", "pants-fire", "true"),
        "extra->>'2'",
        has_title=False,
        has_date=False,
        text=_statement,
    ),
    DataSet(
        "All the News",
        rows.all_the_news,
        "broadsheet ingest articles*.csv",
        ("Varnhaven Gazette", "The Pilot", "Tidewatch"),
        "source",
    ),
    DataSet(
        "News Category Dataset (HuffPost)",
        rows.huffpost,
        "broadsheet ingest News_Category_Dataset_v3.json --map text=short_description",
        ("POLITICS", "WELLNESS", "TRAVEL"),
        "section",
        others=("no_text",),
        text=lambda item: item.paragraphs[0],
    ),
    DataSet(
        "SIGNAL-1M",
        rows.signal,
        "broadsheet ingest signalmedia-1m.jsonl.gz",
        ("News", "Blog", "News"),
        "extra->>'media-type'",
    ),
    DataSet(
        "Newsroom",
        rows.newsroom,
        "broadsheet ingest release",
        ("extractive", "mixed", "abstractive"),
        "extra->>'density_bin'",
    ),
    DataSet(
        "WCEP",
        rows.wcep,
        "broadsheet ingest WCEP --map published=time",
        ("Sport", "Politics", "Disasters", "Sport", "Law", "Disasters"),
        "extra->'envelope'->>'category'",
    ),
    DataSet(
        "RealNews",
        rows.real_news,
        "broadsheet ingest realnews.jsonl",
        ("train", "train", "val"),
        "extra->>'split'",
    ),
    DataSet(
        "XSum",
        rows.xsum,
        "broadsheet ingest data --map text=document",
        ("train", "validation", "test", "train"),
        "regexp_extract(locator, '([a-z]+)-', 1)",
        has_title=False,
        has_date=False,
    ),
    DataSet(
        "CC-News",
        rows.cc_news,
        "broadsheet ingest cc_news.parquet",
        ("www.varnhaven.example", "gazette.example", "www.pilot.example"),
        "extra->>'domain'",
    ),
    DataSet(
        "NELA-GT",
        rows.nela,
        "broadsheet ingest nela-gt-2019.db",
        ("gazette", "pilot", "tidewatch"),
        "source",
    ),
    DataSet(
        "BBC News",
        files.bbc,
        "broadsheet ingest bbc-fulltext.zip",
        ("business", "sport", "tech", "sport"),
        "regexp_extract(locator, '/([^/]+)/[^/]+$', 1)",
        has_date=False,
        text=lambda item: f"{item.text} {files.POUNDS}",
    ),
    DataSet(
        "Fake and real news",
        files.fake_and_real,
        "broadsheet ingest archive.zip",
        ("Fake", "True", "True", "Fake"),
        r"regexp_extract(locator, '(\w+)\.csv', 1)",
    ),
    DataSet(
        "CNN/DailyMail",
        files.cnn,
        "broadsheet ingest cnn_stories.tgz",
        ("Harbour closes", "Harbour opens", "Harbour freezes"),
        "extra->'highlights'->>0",
        has_title=False,
        has_date=False,
    ),
    DataSet(
        "Reuters-21578",
        files.reuters,
        "broadsheet ingest reuters21578.tar.gz",
        ("cocoa", "grain", "acq", "earn"),
        "extra->'topics'->>0",
        others=("not_prose", "unknown_format"),
    ),
)
