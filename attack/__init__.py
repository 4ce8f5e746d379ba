"""Attacks on the program, each with a control: the same attack where its protection is off, and has to succeed."""
