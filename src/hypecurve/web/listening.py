"""The socket that HTTP is listened on."""

from __future__ import annotations

import socket

from hypecurve.domain.errors import BadSetting

DEFAULT = ("127.0.0.1", 8080)
"""Only this machine: what faces the world, with its certificate, stands in front."""
_BACKLOG = 1_024


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; BadSetting where it cannot be had. Port 0: any."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot(host, port, error) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
        listening.setblocking(False)  # noqa: FBT003  # socket's signature
    except OSError as error:
        listening.close()
        raise _cannot(host, port, error) from None
    return listening


def _cannot(host: str, port: int, error: OSError) -> BadSetting:
    why = (error.strerror or str(error)).lower()
    message = (
        f"HYPECURVE_WEB: {host}:{port} cannot be listened on ({why}): end what is there, or set "
        "another address."
    )
    return BadSetting(message)
