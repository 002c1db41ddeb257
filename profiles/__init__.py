"""What bot and service are told from outside in the same way: the profile, and their secrets."""
