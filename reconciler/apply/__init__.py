"""Run a plan through the ports: intents, re-reads, writes, recovery. The only package that changes the world."""
