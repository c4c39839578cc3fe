"""The words and the decisions: pure, synchronous, standard library and numpy only."""
