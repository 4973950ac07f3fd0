"""What the API answers about attachments."""

from __future__ import annotations

from services.onboarding.schemas import SEEN_STATES, TYPES
from services.publish.shapes import COUNT, ID, MOMENT, POINTER, TEXT, Schema, links, or_null, ref, several, shape


def of_attachments() -> dict[str, Schema]:
    attachment = {
        "id": ID,
        "name": TEXT | {"description": "For people; cleaned of all that could mislead them."},
        "type": {"enum": sorted(TYPES)},
        "size": COUNT | {"description": "Bytes as kept: pictures are painted anew, without what they carried along."},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Of the bytes as kept."},
        "state": {
            "enum": sorted(map(str, SEEN_STATES)),
            "description": "Where a scanner is set, only `clean` ones can be downloaded; else `not_scanned`.",
        },
        "reason": TEXT | {"description": "What the scanner found in a rejected one."},
        "pointer": or_null(POINTER) | {"description": "The question it belongs to."},
        "uploaded_at": MOMENT,
        "links": links("self", "content"),
    }
    limits = {
        "types": several({"enum": sorted(TYPES)}),
        "size": COUNT | {"description": "Bytes of one file."},
        "each": COUNT | {"description": "Files of one application."},
        "daily": COUNT | {"description": "Bytes that one applicant may bring in 24 hours."},
    }
    listed = {"items": several(ref("Attachment")), "limits": shape("What may be attached.", limits)}
    return {
        "Attachment": shape("A file of an application.", attachment),
        "Attachments": shape("The files of an application.", listed),
        "AttachmentContent": {"type": "string", "description": "The bytes, always as a download."},
    }
