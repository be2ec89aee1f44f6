"""``python -m ankang.cli`` is the same as ``ankang``."""

from ankang.cli.commands import main

if __name__ == "__main__":
    main()
