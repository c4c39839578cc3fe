"""Hypecurve in Slack."""
