"""discord.py, imported in one place: on Python 3.11 it warns about `audioop`, unused here."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord
    import discord.gateway
    import discord.http

# Nobody speaks here: that voice is not supported is no warning.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

__all__ = ["discord"]
