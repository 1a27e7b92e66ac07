"""The service of `broadsheet up`: the Prefect server with its UI, the deployments, the runner."""
