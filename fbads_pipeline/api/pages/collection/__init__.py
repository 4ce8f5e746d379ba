"""The first steps of an empty home, as pages."""
