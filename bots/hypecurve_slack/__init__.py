"""Hypecurve in Slack: `bot` is what the package announces to the core."""

from hypecurve_slack.announce import bot

__all__ = ["bot"]
