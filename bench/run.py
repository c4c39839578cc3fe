"""`make bench`: what the work costs, beside what it may cost.

    python bench/run.py [PART ...] [--quick] [--recording DIR [--until DATE]]

Parts: replay, cycle, large, asking, crowd, crowd-discord, sweep, discovery, detection, startup,
composing, delivering, idling, servers; all of them if none is named, in some thirty minutes on two
quiet cores. Each figure is of a process of its own; a database is built once for all parts.
`--quick` is a tenth of the size, to see that it runs: its figures say nothing beside the targets.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # As a script it would see its own folder alone.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from bench.parts import main

    main()
