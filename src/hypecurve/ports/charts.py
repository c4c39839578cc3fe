"""Pictures: drawn from what they show."""

from __future__ import annotations

from typing import Protocol

from hypecurve.domain.chart import Chart


class Charts(Protocol):
    """Draws charts, off the event loop; the same chart is drawn once."""

    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        """Return a PNG; the words in it are in the reader's language.

        Raises nothing that the chart's content could cause: ugly data gives an honest picture.
        """
        ...
