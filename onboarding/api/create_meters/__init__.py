"""The published create-meters operations, split by noun: jobs, their assets, single meters, onboarding tokens.

Serializers have the contract's names. Their docstrings and those of methods are what partners read in the schema.
"""
