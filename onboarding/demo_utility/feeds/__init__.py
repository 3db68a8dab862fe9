"""The feeds of ESPI as utilities write them: usage, customer, authorization. No Django."""
