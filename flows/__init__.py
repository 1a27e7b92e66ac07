"""What a person starts: the command line and the Prefect flows. No business logic here."""
