"""Connect with a device: what a customer is asked of it, which programs take it, and the meter that it becomes."""
