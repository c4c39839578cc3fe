"""Where charts are drawn: in a worker thread, each once."""

from __future__ import annotations

from hypecurve.domain.chart import Chart


class Studio:
    """`ports.Charts`."""

    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        """Return a PNG."""
        raise NotImplementedError
