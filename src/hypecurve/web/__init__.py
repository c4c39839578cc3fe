"""HTTP: what bots answer there, mounted side by side; loaded where a bot needs it."""
