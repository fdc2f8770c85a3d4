"""Studio's events that were received, and where they are sent, for people and for machines."""
