"""Public data sets of news, rebuilt small from their published descriptions.

Each module writes files with the names, columns and dialects of the originals. All stories are
invented: no text of the originals is here.
"""
