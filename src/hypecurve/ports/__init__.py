"""The ports: what the core needs of the world, as small protocols, a file for each neighbour."""

from hypecurve.ports.bots import Bot, BotSetting, Desk, Messenger
from hypecurve.ports.clock import Clock
from hypecurve.ports.github import GitHubSource, Gone, SweepBatch, Term

__all__ = [
    "Bot",
    "BotSetting",
    "Clock",
    "Desk",
    "GitHubSource",
    "Gone",
    "Messenger",
    "SweepBatch",
    "Term",
]
