"""The command `broadsheet down`."""

from flows.commands.options import ConfigOption, WarehouseOption


def down(warehouse: WarehouseOption = None, config: ConfigOption = None) -> None:
    """Stop `broadsheet up`.

    Flow runs are stopped first. They resume at the next start.
    """
    from config.settings import load_settings
    from flows.actions.service import down_command

    down_command(load_settings(config, warehouse=warehouse))
