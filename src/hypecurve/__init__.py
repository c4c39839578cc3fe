"""Hypecurve: what is rising in open-source AI, told in the channels where people already are."""
