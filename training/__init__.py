"""The workshop: synthetic worlds, point-in-time data sets, training, evaluation, promotion."""
