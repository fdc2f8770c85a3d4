"""Studio's events as Event Streams sends them: received on a webhook, checked, kept once each, put together as runs."""
