"""Backups as folders of encrypted files, and the home's own files in them."""
