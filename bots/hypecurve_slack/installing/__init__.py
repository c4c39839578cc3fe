"""How workspaces let the app in, and how their tokens are kept good."""
