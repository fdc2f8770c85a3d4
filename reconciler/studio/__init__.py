"""The Studio REST API v2: `http` speaks to Twilio, `client` has the 19 operations, `live` implements the ports.

`hosts`, `credentials` and `settings` say where to and as whom. Nothing here decides what to do with a flow.
"""
