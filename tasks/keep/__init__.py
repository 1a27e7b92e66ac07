"""Backups of a warehouse, and snapshots of its articles that can be cited."""
