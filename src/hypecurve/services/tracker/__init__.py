"""What looks at GitHub: discover, backfill, snapshot, detect, and the cycle that runs them."""
