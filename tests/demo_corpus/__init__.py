"""Sources of the demo corpus in flows/demo/corpus; README.md describes the world it tells of."""
