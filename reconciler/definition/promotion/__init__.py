"""Identifiers of one account in a definition: where they stand, and how they become those of another account. Pure."""
