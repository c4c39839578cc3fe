"""Recorded star histories read from a folder."""
