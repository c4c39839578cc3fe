"""Modals: what they show, and what comes back from them."""
