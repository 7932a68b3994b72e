"""The check of one registration from the command line: asked, explained, shown to a clerk."""
