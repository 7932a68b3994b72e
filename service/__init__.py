"""The doors: HTTP API, console, campaign, command line, and the ledger of what was decided."""
