"""What happens in the demo's last days (filled in below)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypecurve.standin.world import World


def tell(world: World) -> None:
    """Write the story into a world."""
