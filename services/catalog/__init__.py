"""catalog lists the use cases that run on the city platform.

Tells: `catalog.use_case.listed`.
Hears: `onboarding.application.{approved,rechecked,rights_paused,rights_resumed,recheck_voided}`,
`onboarding.standing.changed` and `onboarding.key.issued`.
"""
