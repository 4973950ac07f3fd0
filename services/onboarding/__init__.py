"""onboarding takes applications in, checks them against the business and operator model, and leads them to a decision.

Tells: `onboarding.contact.changed` and
`onboarding.application.{submitted,asked,replied,proposed,returned,approved,declined,withdrawn,deleted}`;
of dates
`onboarding.application.{reply_reminded,promise_due,promise_missed,draft_expiring,expired,reconsidered}`;
of versions of the model
`onboarding.model.{published,withdrawn,retired}` and `onboarding.application.{model_offered,model_changed}`;
of re-checks
`onboarding.campaign.{started,stopped,resumed,finished}` and
`onboarding.application.{rechecked,recheck_reminded,rights_paused,rights_resumed,recheck_voided}`;
of barriers `onboarding.barrier.reported`;
of people
`onboarding.sign_in.requested`, `onboarding.person.{changed,invited,joined,left}`,
`onboarding.standing.changed` and `onboarding.key.issued`.
Hears: `catalog.use_case.listed`.
"""
