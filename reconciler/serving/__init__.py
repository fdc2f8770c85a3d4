"""WSGI applications of ours on a socket: the emulator's, and the receiver's of events. Knows neither of them."""
