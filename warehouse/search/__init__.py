"""The full-text index of a warehouse: words of texts, the index files, and their publication."""
