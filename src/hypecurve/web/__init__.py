"""HTTP: what bots answer there, mounted side by side; loaded where a bot needs it."""

from hypecurve.web.listening import DEFAULT, listen
from hypecurve.web.serving import serve_http
from hypecurve.web.site import site

__all__ = ["DEFAULT", "listen", "serve_http", "site"]
