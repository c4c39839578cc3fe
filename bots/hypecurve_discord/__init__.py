"""Hypecurve in Discord. Importing it loads nothing of discord.py: that comes with its first use."""

from hypecurve_discord.announce import DiscordBot

bot = DiscordBot()

__all__ = ["bot"]
