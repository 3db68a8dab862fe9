"""What people of Leap do: record what they found out, activate meters, end activations."""
