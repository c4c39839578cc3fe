"""What people ask and what Slack tells: from the listener to the reply."""
