"""The demo: its customers, its clock and gateway switches, and the commands that act on it."""
