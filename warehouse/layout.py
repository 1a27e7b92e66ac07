"""The names of files and folders in a warehouse's folder, in one place for all layers."""

PUBLISHED = "news.duckdb"
LAKE = "lake"
CATALOG = "catalog.db"
KEPT = "kept"  # files that follow from the tables, and are built anew if they are missing
FORMAT = "format.json"  # the number of the warehouse's format, readable without any library
DAMAGED = "damaged"  # files that `broadsheet repair` set aside, in a folder for each repair
REPAIR = "repair.json"  # the journal of a repair, in its folder
RUNS_FOLDER = "runs"
RAW = "raw"
REPORT = "report"  # the corpus report, which `broadsheet up` serves
LOCK = ".lock"
FETCH_LOCK = ".fetch-lock"
SEARCH = "search"  # the full-text index of each publication, in a folder of its id
SERVICE = "service"  # files of `broadsheet up`: logs, Prefect's database, ids of its processes
ATTEMPTS = f"{SERVICE}/attempts"
RESTORING = ".restoring"  # a restore that has begun and not ended
TAKEDOWN_JOURNAL = "takedown.json"  # a takedown that has begun and not ended
TAKEDOWN_LIST = "takedowns.jsonl"  # a line per article that was taken down; no text, no address
BUCKET_RECORD = "bucket.json"  # what the lake in the bucket has of the tables
