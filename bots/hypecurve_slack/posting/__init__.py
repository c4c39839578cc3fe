"""Messages on their way into channels, and the pictures in them."""
