"""The routes of the API: one thin file for each noun."""
