"""The state document and the stores that keep it."""
