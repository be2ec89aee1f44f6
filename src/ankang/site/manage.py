"""Django's own commands: ``python -m ankang.site.manage …``."""

import os
import sys


def main() -> None:
    """Run a Django command with this house's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ankang.site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
