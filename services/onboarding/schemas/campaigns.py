"""What comes in about re-checks and previews, and how campaigns, re-checks and what would change are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, post_load

from services.onboarding import commands
from services.onboarding.domain import Application, Campaign, Impact, Preview, Recheck
from services.onboarding.schemas.assessments import LONG
from shared.schemas import HouseSchema, Strict, words


class StopSchema(HouseSchema):
    reason = words(required=True, high=LONG)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.StopCampaign:
        return commands.StopCampaign(**data)


class ResumeSchema(HouseSchema):
    @post_load
    def to_command(self, _: dict[str, Any], **__: Any) -> commands.ResumeCampaign:
        return commands.ResumeCampaign()


class CureSchema(HouseSchema):
    answers = fields.Dict(keys=Strict(), required=True)

    @post_load
    def to_command(self, data: dict[str, Any], **_: Any) -> commands.CureApplication:
        return commands.CureApplication(**data)


class PreviewSchema(HouseSchema):
    """Nothing to say: the path says it all."""


def campaign_view(campaign: Campaign, counts: Mapping[str, int]) -> dict[str, Any]:
    path = f"/api/v1/campaigns/{campaign.id}"
    return {
        "id": str(campaign.id),
        "model": campaign.model,
        "stage": str(campaign.stage),
        "reason": campaign.reason,
        "changed_by": campaign.changed_by,
        "grace_days": campaign.grace_days,
        "due_on": campaign.due_on.isoformat(),
        "started_at": campaign.started_at.isoformat(),
        "finished_at": campaign.finished_at.isoformat() if campaign.finished_at else None,
        "counts": dict(counts),
        "version": campaign.version,
        "links": {"self": path, "page": f"/workbench/campaigns/{campaign.id}"},
    }


def recheck_view(recheck: Recheck, application: Application) -> dict[str, Any]:
    """One line of what a campaign found."""
    violated = [one["rule"] for one in recheck.findings if one["severity"] == "violation" and not one.get("override")]
    return {
        "application": str(application.id),
        "number": application.number,
        "title": application.answers.get("use_case", {}).get("title", ""),
        "state": str(recheck.state),
        "violated": violated,
        "rights": recheck.rights,
        "paused_rights": recheck.paused_rights,
        "due_on": recheck.due_on.isoformat() if recheck.due_on else None,
        "checked_at": recheck.checked_at.isoformat(),
        "cured_at": recheck.cured_at.isoformat() if recheck.cured_at else None,
        "links": {"self": f"/api/v1/applications/{application.id}"},
    }


def preview_view(preview: Preview) -> dict[str, Any]:
    rules = preview.totals.get("rules", {})
    return {
        "model": preview.model,
        "state": "done" if preview.finished_at else "running",
        "total": preview.total,
        "checked": preview.checked,
        "changed": preview.changed,
        "groups": {"open": 0, "approved": 0, "running": 0} | preview.totals.get("groups", {}),
        "rules": [{"rule": rule, **counts} for rule, counts in sorted(rules.items())],
        "started_by": preview.started_by,
        "started_at": preview.started_at.isoformat(),
        "finished_at": preview.finished_at.isoformat() if preview.finished_at else None,
        "links": {
            "self": f"/api/v1/models/{preview.model}/preview",
            "page": f"/workbench/models/{preview.model}/preview",
        },
    }


def impact_view(impact: Impact) -> dict[str, Any]:
    """One application whose result would change, by which rules, from what to what."""
    return {
        "application": str(impact.application_id),
        "number": impact.number,
        "group": impact.group,
        "status": impact.status,
        "use_case": impact.use_case,
        "pinned": impact.pinned,
        "before": impact.before,
        "after": impact.after,
        "changes": impact.changes,
        "links": {"self": f"/api/v1/applications/{impact.application_id}"},
    }
