"""The conversation, as pages."""
