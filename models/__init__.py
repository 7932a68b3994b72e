"""Judgement: the risk model, its calibration and reasons, the policy, the one road, the registry."""
