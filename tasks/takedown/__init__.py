"""Removal of articles from every file of a warehouse, for good."""
