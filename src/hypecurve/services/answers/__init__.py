"""What people ask for: subscriptions, cards, lists, reasons, submissions, how a channel fares."""
