"""The names of what lies in a warehouse's folder."""

PUBLISHED = "news.duckdb"
LAKE = "lake"
CATALOG = "catalog.db"
FORMAT = "format.json"  # the number of the warehouse's format, readable without any library
DAMAGED = "damaged"  # what `broadsheet repair` set aside, by the time of the repair
REPAIR = "repair.json"  # in each of these folders: what was set aside, and whether the repair ended
RUNS = "runs"
RAW = "raw"
LOCK = ".lock"
FETCH_LOCK = ".fetch-lock"
SERVICE = "service"  # of `broadsheet up`: logs, Prefect's database, who is at work
ATTEMPTS = f"{SERVICE}/attempts"
