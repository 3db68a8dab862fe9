"""New references for many meters, by a spreadsheet or by pasting: a partner may change its own keys at any time."""
