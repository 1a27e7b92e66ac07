"""Parts that all flows share: parameters, task runs, progress, artifacts, final states."""
