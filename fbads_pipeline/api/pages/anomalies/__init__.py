"""Pages of anomalies: those that are open, and what was."""
