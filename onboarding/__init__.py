"""Top floor: how a customer's asset becomes a meter and is enrolled."""
