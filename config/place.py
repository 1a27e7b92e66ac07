"""The places of settings, and the setting `warehouse` alone."""

import os
import tomllib
from pathlib import Path

DEFAULTS = Path(__file__).with_name("settings.toml")
LOCAL_FILE = Path("broadsheet.toml")
ENVIRONMENT_PREFIX = "BROADSHEET_"
CATALOG_TOKEN = "BROADSHEET_CATALOG_TOKEN"  # of the REST catalog of a lake in a bucket
# Variables with the prefix that are not settings: a secret, which no settings file is to hold, and
# the folders of inputs for tests and benchmarks.
NOT_SETTINGS = frozenset({CATALOG_TOKEN, "BROADSHEET_CORPORA", "BROADSHEET_CASES"})
_WAREHOUSE = f"{ENVIRONMENT_PREFIX}WAREHOUSE"


def warehouse_setting(config: Path | None, flag: Path | None) -> Path:
    """Return the setting `warehouse`, as `load_settings` gives it.

    Checking all settings takes longer than a small query. It is left out where nobody has set
    anything but the warehouse, so that there is nothing to check.

    Raises:
        UsageError: a settings file or a variable is refused.
    """
    named = {name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX)}
    if config is None and not LOCAL_FILE.is_file() and named <= {_WAREHOUSE, *NOT_SETTINGS}:
        default = tomllib.loads(DEFAULTS.read_text("utf-8"))["warehouse"]
        return flag or Path(os.environ.get(_WAREHOUSE, default))
    from config.settings import load_settings

    return load_settings(config, warehouse=flag).warehouse
