"""``python -m ankang.gate [--workers N] [--host H] [--port P]``: gate processes alone, on settings from the environment."""

import argparse

from ankang.config.settings import load_settings
from ankang.gate.serve import run


def main() -> None:
    """Read the arguments and serve."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="ankang-gate")
    parser.add_argument("--workers", type=int, default=settings.gate_workers)
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.port)
    given = parser.parse_args()
    run(settings, given.workers, given.host, given.port)


if __name__ == "__main__":
    main()
