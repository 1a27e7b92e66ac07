"""`broadsheet up`: the Prefect server and its UI, the deployments, and their runner."""
