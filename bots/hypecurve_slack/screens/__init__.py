"""Modals and the app's Home: what they show, and what comes back from them."""
