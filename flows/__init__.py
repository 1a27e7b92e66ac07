"""The command line and the Prefect flows: all that a person starts, without business logic."""
