"""Hypecurve in Discord."""
