"""`make bench`: what the work costs, beside what it may cost.

    python bench/run.py [PART ...] [--quick] [--recording DIR [--until DATE]]

Parts: replay, cycle, large, asking, sweep, discovery, detection, startup, composing, delivering,
idling; all of them if none is named, in some twenty-five minutes on two quiet cores. Each figure
is of a process of its own.
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
