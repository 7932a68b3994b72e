"""The one road: put the facts of registrations together, and judge them.

The API, a batch upload, a backtest, a campaign and the rows of a training set all take it. One
registration is a batch of one, and the size of a batch never changes an answer.
"""
