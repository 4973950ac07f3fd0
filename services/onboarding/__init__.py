"""onboarding takes applications in, checks them against the business and operator model, and leads them to a decision.

Tells: `onboarding.contact.changed` and
`onboarding.application.{submitted,asked,replied,proposed,returned,approved,declined,withdrawn}`.
Hears: `catalog.use_case.listed`.
"""
