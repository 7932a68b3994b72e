"""The console: what an institution's analysts read in a browser, in a process of its own.

It shows screenings and rings of the institution whose key opened it, and never a plain value of
a person: it reads no ciphertext and uses no key of the ledger.
"""
