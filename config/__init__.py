"""Settings and errors: the lowest layer, imported by all others and importing none."""
