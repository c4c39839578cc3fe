"""What messages look like in Slack: pure."""
