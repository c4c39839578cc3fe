"""What Discord tells by itself, and what it means: pauses begin and end, servers come and go.

https://discord.com/developers/docs/events/gateway-events. A server in an outage is "unavailable"
and comes back as it was; one that is gone, or that we left, is told without that word. How a
channel stands is read off what discord.py keeps of it; an event is only the word to look.
"""

from __future__ import annotations

from typing import Any

import structlog

from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import DELETED, Host
from hypecurve.wording.rights import lacking
from hypecurve_discord.answering.asked import locale_of
from hypecurve_discord.library import discord
from hypecurve_discord.rights import rights
from hypecurve_discord.serving.access import access_of

UNSEEN, UNWRITTEN, LOCKED = "50001", "50013", "160005"
"""Discord's own codes for a channel that we may not see or write in, and for a locked thread."""
_REMOVED = to_say("Hypecurve was removed from the server.")
_REASONS = {
    DELETED: to_say("This channel was deleted."),
    UNSEEN: to_say("Hypecurve cannot see the channel: give it View Channel there."),
    UNWRITTEN: to_say(
        "Hypecurve may not write in the channel: give it Send Messages there "
        "(in threads Send Messages in Threads)."
    ),
    LOCKED: to_say("The thread is locked."),
}
"""Why a channel is closed, by the codes of it: Discord's own and the core's."""
_log = structlog.get_logger(__name__)


class TellingClient(discord.AutoShardedClient):
    """A client that tells what becomes of servers and channels.

    It keeps in memory what discord.py keeps of them, and nothing of people or messages.
    """

    def __init__(self, host: Host, **options: Any) -> None:  # noqa: ANN401  # discord.py's own
        """Prepare; nothing is connected."""
        super().__init__(
            # Nothing privileged: commands and controls come as interactions, whatever is listened
            # to, and what we may do in a channel is told with servers, roles and channels.
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            **options,
        )
        self._events = host.events
        self._known: dict[int, discord.Guild] = {}
        """Servers that were told of already: each new session names them all again."""

    # -- servers -----------------------------------------------------------------------------

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server we are in: one of a new session, or one that is back after an outage.

        What happened before a session is not told in it: what refused us then may be open now.
        """
        before, self._known[guild.id] = self._known.get(guild.id), guild
        if before is not guild:  # discord.py makes them anew with each session
            await self._events.tenant_changed(tenant_of(guild))
        if before is not None:
            return
        await self._events.tenant_here(tenant_of(guild))
        # Who invited us before we listened, or while we were away, is greeted now.
        since = None if guild.me is None else guild.me.joined_at
        if since is not None and (found := _greeted(guild)) is not None:
            await self._events.tenant_met(*found, since)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """We were invited, maybe not for the first time: it is said once what we are for."""
        self._known[guild.id] = guild
        await self._events.tenant_here(tenant_of(guild))
        if (found := _greeted(guild)) is None:
            _log.info("nowhere to greet in a server", tenant=str(tenant_of(guild)))
            return
        await self._events.channel_joined(*found)

    async def on_shard_connect(self, shard_id: int) -> None:
        """A new session names all its servers: from the others we were removed meanwhile.

        discord.py keeps those of a session before, and has made those anew that are named.
        """
        ours = [each for each in self._known.values() if each.shard_id == shard_id]
        for guild in [each for each in ours if self.get_guild(each.id) is each]:
            self._connection._remove_guild(guild)  # noqa: SLF001  # nothing else forgets it
            await self.on_guild_remove(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """We were removed, or the server was; one that is merely out of reach comes otherwise."""
        self._known.pop(guild.id, None)
        access_of(self).forget(guild.id)
        await self._events.tenant_gone(tenant_of(guild), _REMOVED)

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """A role changed; we may hold it, and then every channel may be another."""
        if before.permissions != after.permissions:
            await self._events.tenant_changed(tenant_of(after.guild))

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role is gone; where we held it, what it forbade us is allowed now.

        Discord does not tell anew what roles a member has, and discord.py keeps the one that is
        gone, with all that channels forbid to it.
        """
        me = role.guild.me
        if me is not None and me._roles.has(role.id):  # noqa: SLF001  # nothing else forgets it
            me._roles.remove(role.id)  # noqa: SLF001
            await self._events.tenant_changed(tenant_of(role.guild))

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Somebody's roles or time-out changed: without the members intent only ours are told."""
        changed = before.roles != after.roles or before.timed_out_until != after.timed_out_until
        if after == after.guild.me and changed:
            await self._events.tenant_changed(tenant_of(after.guild))

    async def on_raw_app_command_permissions_update(
        self, payload: discord.RawAppCommandPermissionsUpdateEvent
    ) -> None:
        """A server's admins set anew who may use our commands."""
        access_of(self).forget(payload.guild.id)

    # -- channels ----------------------------------------------------------------------------

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """A channel changed; only who may do what in it can open or close it for us."""
        if before.overwrites == after.overwrites:
            return
        code = closed_as(after)
        if code:
            await self._close(after.guild, after.id, code)
        else:
            await self._open(after.guild, after.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone, for good; of its threads discord.py tells one by one."""
        await self._close(channel.guild, channel.id, DELETED)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone, for good."""
        guild = self.get_guild(payload.guild_id)
        if guild is not None:
            await self._close(guild, payload.thread_id, DELETED)

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """A thread changed; one that is archived or locked is known no more, so: raw.

        An archived one is opened by posting in it; a locked one only moderators write in.
        """
        guild = self.get_guild(payload.guild_id)
        if guild is None:
            return
        thread = payload.data.get("thread_metadata", {})
        if thread.get("locked", False):
            await self._close(guild, payload.thread_id, LOCKED)
        elif not thread.get("archived", False):
            await self._open(guild, payload.thread_id)

    async def _open(self, guild: discord.Guild, channel_id: int) -> None:
        await self._events.channel_open(Channel(tenant_of(guild), str(channel_id)))

    async def _close(self, guild: discord.Guild, channel_id: int, code: str) -> None:
        channel = Channel(tenant_of(guild), str(channel_id))
        await self._events.channel_closed(channel, code, _REASONS[code])

    # -- what is known -----------------------------------------------------------------------

    def type_of(self, channel_id: int) -> int | None:
        """Return a channel's type as the gateway told it; None where it did not."""
        channel = self.get_channel(channel_id)
        if isinstance(channel, (discord.abc.GuildChannel, discord.Thread)):
            return int(channel.type.value)
        return None

    def permissions_in(self, channel_id: int) -> int | None:
        """Return what we may do in a channel, as bits; None where nobody has told."""
        channel = self.get_channel(channel_id)
        if isinstance(channel, (discord.abc.GuildChannel, discord.Thread)):
            return permissions_in(channel)
        return None


def tenant_of(guild: discord.Guild) -> Tenant:
    """Return a server as the tenant that it is."""
    return Tenant("discord", str(guild.id))


def permissions_in(channel: discord.abc.GuildChannel | discord.Thread) -> int | None:
    """Return what we may do in a channel, as bits; None where the gateway has not told enough."""
    guild = channel.guild
    if guild.unavailable or guild.me is None:
        return None
    try:
        return channel.permissions_for(guild.me).value
    except discord.ClientException:  # a thread whose channel is not known
        return None


def closed_as(channel: discord.abc.GuildChannel) -> str:
    """Return Discord's code for what keeps us from posting in a channel; "" where nothing does."""
    found = permissions_in(channel)
    if found is None:
        return ""
    missing = lacking(rights(found, channel.type.value))
    return "" if not missing else UNSEEN if "View Channel" in missing else UNWRITTEN


def _greeted(guild: discord.Guild) -> tuple[Channel, str] | None:
    """Return where a server is greeted, and in which language; None where it is nowhere."""
    place = greeted_in(guild)
    if place is None:
        return None
    return Channel(tenant_of(guild), str(place.id)), locale_of(str(guild.preferred_locale))


def greeted_in(guild: discord.Guild) -> discord.TextChannel | None:
    """Return where a server is greeted: where it greets people itself, else the first by position.

    Not where it announces things, or keeps its rules. None where we may write nowhere else.
    """
    first = [] if guild.system_channel is None else [guild.system_channel]
    places = [*first, *sorted(guild.text_channels, key=lambda each: (each.position, each.id))]
    fit = (each for each in places if not each.is_news() and each != guild.rules_channel)
    return next((each for each in fit if permissions_in(each) and not closed_as(each)), None)
