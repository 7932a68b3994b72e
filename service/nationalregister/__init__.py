"""A stand-in for the national register, for trials: its application, and how it is served."""
