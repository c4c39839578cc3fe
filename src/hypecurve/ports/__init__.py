"""The ports: what the core needs of the world, as small protocols, a file for each neighbour."""

from hypecurve.ports.bots import (
    DELETED,
    REMOVED,
    Asgi,
    Bot,
    BotSetting,
    BotTask,
    Desk,
    Events,
    Forms,
    Host,
    Installations,
    Kit,
    Messenger,
    Suggestible,
)
from hypecurve.ports.charts import Charts
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
from hypecurve.ports.sealing import Sealer

__all__ = [
    "DELETED",
    "REMOVED",
    "Allowance",
    "Asgi",
    "Bot",
    "BotSetting",
    "BotTask",
    "Charts",
    "Clock",
    "Desk",
    "Events",
    "Forms",
    "GitHubSource",
    "Gone",
    "Host",
    "Installations",
    "Kit",
    "Lately",
    "Messenger",
    "Sealer",
    "SearchPage",
    "Standing",
    "Suggestible",
    "SweepBatch",
    "Term",
]
