"""Partners, their people, invitations and API keys; what turns a request into a partner and a role."""
