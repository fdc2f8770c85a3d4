"""A Studio API v2 server for people without an account, for tests and for the demo. It knows no client."""
