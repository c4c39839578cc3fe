"""Pictures of stars, drawn by matplotlib, which is loaded when the first one is wanted."""

from hypecurve.charts.studio import Studio

__all__ = ["Studio"]
