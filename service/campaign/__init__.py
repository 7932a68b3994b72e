"""Whole books: the backtest and the campaign, which screen every registration of a file."""
