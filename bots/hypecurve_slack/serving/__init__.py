"""The two ways in which Slack reaches us: a socket that we open, or HTTP."""
