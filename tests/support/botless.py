"""A Python in which no bot is installed, and none of the platforms' libraries."""

from __future__ import annotations

from pathlib import Path

NO_BOTS = """
import importlib.metadata, sys

class Hidden:
    hidden = {"hypecurve_slack", "hypecurve_discord", "slack_sdk", "slack_bolt", "discord"}

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.hidden:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Hidden())
found = importlib.metadata.entry_points

def without_bots(**asked):
    rest = found(**asked)
    if asked.get("group") != "hypecurve.bots":
        return rest
    return importlib.metadata.EntryPoints()

importlib.metadata.entry_points = without_bots
"""
"""To be run before anything else."""


def without_bots(folder: Path) -> dict[str, str]:
    """Return the settings for a process, and those that it starts, to have none."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NO_BOTS, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}
