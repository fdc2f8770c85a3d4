"""Event Streams in the emulator: sinks, subscriptions, and the sender that posts to webhooks what happened."""
