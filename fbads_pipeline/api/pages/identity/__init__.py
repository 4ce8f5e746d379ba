"""Who may log in, as pages."""
