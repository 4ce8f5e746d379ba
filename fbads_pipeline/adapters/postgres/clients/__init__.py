"""Clients, stored."""
