"""Random sequences of what the people of a call do."""
