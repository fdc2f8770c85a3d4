"""Keep Twilio Studio Flows and TestUsers as files: plan, apply, drift, rollback."""

__version__ = "0.1.0"
