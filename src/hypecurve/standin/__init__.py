"""A GitHub on loopback with made-up repos, for the demo and the tests."""
