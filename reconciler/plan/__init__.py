"""What is to be done, in which order, decided on what, and whether that is safe. Frozen values and pure functions."""
