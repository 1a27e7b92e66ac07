"""The names of what lies in a warehouse's folder."""

PUBLISHED = "news.duckdb"
LAKE = "lake"
CATALOG = "catalog.db"
RUNS = "runs"
RAW = "raw"
LOCK = ".lock"
FETCH_LOCK = ".fetch-lock"
SERVICE = "service"  # of `broadsheet up`: logs, Prefect's database, who is at work
ATTEMPTS = f"{SERVICE}/attempts"
