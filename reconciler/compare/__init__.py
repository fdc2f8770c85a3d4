"""Two snapshots in, their differences out. One comparison serves both drift and plan. Pure."""
