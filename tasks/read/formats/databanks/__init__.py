"""Splits the downloads of press databanks into articles and counts them."""
