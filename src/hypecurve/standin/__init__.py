"""A GitHub on loopback with made-up repos, for the demo, the bench and the tests."""

MADE_UP = "Everything here is made up: invented repos of invented owners, on this machine alone."
"""The sentence that stands wherever numbers of a made-up world are shown."""
