"""How an attachment is shown to its applicant and to admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.onboarding.commands import Limits
from services.onboarding.domain import Attachment, AttachmentState

#: The states somebody can see.
SEEN_STATES = tuple(state for state in AttachmentState if state is not AttachmentState.REMOVED)
TYPES = ("application/pdf", "image/jpeg", "image/png")


def attachment_view(attachment: Attachment) -> dict[str, Any]:
    path = f"/api/v1/applications/{attachment.application_id}/attachments/{attachment.id}"
    return {
        "id": str(attachment.id),
        "name": attachment.name,
        "type": attachment.media,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "state": str(attachment.state),
        "reason": attachment.reason if attachment.state is AttachmentState.REJECTED else "",
        "pointer": attachment.pointer,
        "uploaded_at": attachment.uploaded_at.isoformat(),
        "links": {"self": path, "content": f"{path}/content"},
    }


def attachments_view(attached: Sequence[Attachment], limits: Limits) -> dict[str, Any]:
    """Show all attachments of an application, and what else may be brought."""
    return {
        "items": [attachment_view(one) for one in attached],
        "limits": {"types": list(TYPES), "size": limits.size, "each": limits.each, "daily": limits.daily},
    }
