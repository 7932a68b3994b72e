"""The facts: one registration, what the register answers about it, how far the two agree, the vector."""
