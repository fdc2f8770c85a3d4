"""Values in, text out: human, JSON. The only package that decides how something looks. Prints nothing itself."""
