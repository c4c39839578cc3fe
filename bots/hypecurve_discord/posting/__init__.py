"""Messages on their way into channels."""
