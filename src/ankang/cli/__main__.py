"""``python -m ankang.cli`` is the same as ``ankang``."""

from ankang.cli.commands import main

main()
