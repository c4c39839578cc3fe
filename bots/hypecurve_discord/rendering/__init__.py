"""What messages look like in Discord: pure."""
