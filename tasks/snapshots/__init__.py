"""Named snapshots: their rows, their states and the folders that are written from these."""
