"""The three services of the house, by name."""

NAMES = ("onboarding", "catalog", "notifications")
