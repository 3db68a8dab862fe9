"""Which column of a partner's file is which field: proposed, asked, chosen, remembered."""
