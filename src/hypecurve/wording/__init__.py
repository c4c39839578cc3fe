"""What people read: domain values become neutral messages in the reader's language."""
