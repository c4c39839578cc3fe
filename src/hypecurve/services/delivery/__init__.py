"""What brings it there: sendings, step by step, past breakers, and places that refuse."""
