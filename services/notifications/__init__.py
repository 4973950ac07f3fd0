"""notifications tells applicants and admins what happened and what is expected of whom, and proves that it told them.

Tells: nothing.
Hears: all of onboarding and catalog.
"""
