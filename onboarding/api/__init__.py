"""The published contract, one module for each published file; thin over the verbs of the rooms below."""
