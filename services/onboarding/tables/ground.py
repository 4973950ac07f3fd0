"""What all tables of onboarding stand on."""

from __future__ import annotations

from sqlalchemy.orm import registry

from shared.database import house_metadata

metadata = house_metadata()
mapper = registry(metadata=metadata)
