"""The ports: what the core needs of the world, as small protocols, a file for each neighbour."""

from hypecurve.ports.bots import Bot, BotSetting, Desk, Events, Host, Messenger
from hypecurve.ports.clock import Clock
from hypecurve.ports.github import (
    Allowance,
    GitHubSource,
    Gone,
    Lately,
    SearchPage,
    Standing,
    SweepBatch,
    Term,
)

__all__ = [
    "Allowance",
    "Bot",
    "BotSetting",
    "Clock",
    "Desk",
    "Events",
    "GitHubSource",
    "Gone",
    "Host",
    "Lately",
    "Messenger",
    "SearchPage",
    "Standing",
    "SweepBatch",
    "Term",
]
