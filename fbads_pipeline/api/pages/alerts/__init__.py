"""Pages of alerts: what was sent, by what, and what is muted."""
