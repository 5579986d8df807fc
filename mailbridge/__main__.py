"""Entry point of the program `mailbridge` and of `python -m mailbridge`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status (CONTRACT.md); the console script exits with it."""
    from mailbridge.cli.main import run

    return run(sys.argv[1:] if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())
