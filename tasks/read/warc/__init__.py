"""WARC archives: finding their records, also in damaged ones, and reading them."""
