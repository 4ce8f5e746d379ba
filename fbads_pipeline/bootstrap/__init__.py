"""The only wiring: settings and an open database → stores, clients and services.

One module per subject, so that a command imports what it needs and nothing else: together they would import every
adapter. A function takes what it needs of `settings` and `database`, opens nothing, and returns a plain object that
Dagster's resources, the sidecar, the command line and tests share.
"""
