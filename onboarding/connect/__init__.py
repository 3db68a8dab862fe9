"""The customer-authorized way: links, the customer's journey, authorizations, and meters from a utility's data."""
