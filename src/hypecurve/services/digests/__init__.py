"""What channels are told: who is due, what is news to them, digests and alerts frozen."""
