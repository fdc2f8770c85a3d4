"""The use cases, each a list of calls. They are handed ports and know no adapter."""
