"""Formats of files that hold several articles, or one text within an office document."""
