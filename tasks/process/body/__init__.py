"""The fast lane: the text of a page from one pass over its tree and a small trained model."""
