"""One grammar for every bot."""
