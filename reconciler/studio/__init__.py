"""The Studio REST API v2: `http` speaks to Twilio, `client` has the 19 operations, `live` implements the ports."""
