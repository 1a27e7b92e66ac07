"""Settings, sources and errors: the lowest layer, which imports none of the others."""
