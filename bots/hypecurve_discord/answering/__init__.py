"""What people ask, and how they are answered."""
