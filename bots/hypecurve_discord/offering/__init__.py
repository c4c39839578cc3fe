"""What people find when they type a slash: the commands, and how Discord is told of them."""
