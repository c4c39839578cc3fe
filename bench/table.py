"""Tables of figures, each beside its target and the ratio to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Table:
    """Lines with wall, CPU and peak memory, each beside its target and the ratio to it."""

    def __init__(self, title: str) -> None:
        """Begin one; every line is shown as it comes."""
        head = f"{'wall s':>16}{'CPU s':>8}{'peak MiB':>18}"
        print(f"\n{title}\n  {'':<64}{head}", flush=True)

    def work(
        self,
        name: str,
        cost: Mapping[str, Any],
        *,
        wall: float | None = None,
        peak: float | None = None,
    ) -> None:
        """Add what a piece of work cost; `wall` in s and `peak` in MB are the targets."""
        taken, held = beside(cost["wall"], wall, 2), beside(cost["peak"], peak, 0)
        print(f"  {name:<64}{taken:>16}{cost['cpu']:>8.2f}{held:>18}", flush=True)

    def line(self, text: str) -> None:
        """Add a remark."""
        print(f"  {text}", flush=True)


def beside(value: float, target: float | None, digits: int) -> str:
    """`4.10 / 6 68%`: the figure, its target, and how much of it."""
    figure = f"{value:,.{digits}f}"
    if target is None:
        return figure
    return f"{figure} / {target:,g}" + (f" {value / target:.0%}" if target else "")
