"""Connectors: who is speaking, what may reach the conversation, and how answers leave. Nothing of money."""
