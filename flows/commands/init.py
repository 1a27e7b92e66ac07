"""The command `broadsheet init`."""


def init() -> None:
    """Write a broadsheet.toml and a sources.toml, with comments, into this folder."""
    from flows.actions.init import init_command

    init_command()
