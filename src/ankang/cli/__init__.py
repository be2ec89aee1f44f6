"""The ``ankang`` command. Each group of commands has its own file, read only when it is used."""

from ankang.cli.commands import main

__all__ = ["main"]
