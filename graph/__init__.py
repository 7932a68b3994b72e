"""Company: what registrations share, counted as of a moment, and the rings they form."""
