"""What all tests share: both databases."""

pytest_plugins = ["support.databases"]
