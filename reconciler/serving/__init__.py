"""What our servers share: WSGI applications on a socket, and the signature of webhooks. Knows no application."""
