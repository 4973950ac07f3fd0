"""What the house's codes are called in front of people."""

from __future__ import annotations

from shared.kernel import Text

_STATUS = {
    "draft": Text("Entwurf", "Draft"),
    "submitted": Text("Eingereicht", "Submitted"),
    "in_review": Text("In Prüfung", "In review"),
    "clarification": Text("Rückfrage offen", "Question open"),
    "proposed": Text("Entscheidung vorgeschlagen", "Decision proposed"),
    "before_body": Text("Im Gremium", "Before a body"),
    "approved": Text("Genehmigt", "Approved"),
    "approved_with_conditions": Text("Genehmigt mit Auflagen", "Approved with conditions"),
    "declined": Text("Abgelehnt", "Declined"),
    "reconsidered": Text("Wird neu geprüft", "Under reconsideration"),
    "provisioning": Text("Wird eingerichtet", "Being set up"),
    "active": Text("Aktiv", "Active"),
    "paused": Text("Pausiert", "Paused"),
    "ended": Text("Beendet", "Ended"),
    "withdrawn": Text("Zurückgezogen", "Withdrawn"),
    "expired": Text("Abgelaufen", "Expired"),
}

_VERSION = {
    "submitted": Text("Eingereicht", "Submitted"),
    "replied": Text("Rückfragen beantwortet", "Questions answered"),
    "changed": Text("Geändert", "Changed"),
    "adopted": Text("Neue Modellfassung übernommen", "New version of the model taken over"),
    "reconsidered": Text("Neue Prüfung verlangt", "Reconsideration asked for"),
    "found": Text("Stand, seit Fassungen aufgehoben werden", "As it was when versions began to be kept"),
}

_SERVICE = {
    "onboarding": Text("Anträge", "Applications"),
    "catalog": Text("Katalog", "Catalog"),
    "notifications": Text("Mitteilungen", "Messages"),
}

_STAGE = {
    "need": Text("Bedarf", "Need"),
    "idea": Text("Idee", "Idea"),
    "concept": Text("Konzept", "Concept"),
    "test": Text("Test", "Test"),
    "selection": Text("Auswahl", "Selection"),
    "evaluation": Text("Auswertung", "Evaluation"),
    "mvp": Text("MVP", "MVP"),
    "operation": Text("Betrieb", "Operation"),
    "replaced": Text("Abgelöst", "Replaced"),
    "ended": Text("Beendet", "Ended"),
}

_THEME = {
    "mobility": Text("Mobilität", "Mobility"),
    "energy": Text("Energie", "Energy"),
    "climate": Text("Klimaschutz", "Climate protection"),
    "district": Text("Quartiersentwicklung", "District development"),
    "platform": Text("Stadtplattform", "City platform"),
}

_KIND = {
    "start_up": Text("Start-up", "Start-up"),
    "company": Text("Unternehmen", "Company"),
    "science": Text("Wissenschaft", "Science"),
    "city_department": Text("Städtisches Amt", "City department"),
    "initiative": Text("Initiative oder Verein", "Initiative or association"),
    "intermediary": Text("Vermittler", "Intermediary"),
}

_SEVERITY = {
    "violation": Text("Verstoß", "Violation"),
    "condition": Text("Auflage nötig", "Needs a condition"),
    "hint": Text("Hinweis", "Hint"),
}

_STRATEGY = {
    "eckpunktepapier_digitalisierung": Text("Eckpunktepapier Digitalisierung", "Key points of digitalisation"),
    "handlungsprogramm_klimaschutz": Text("Handlungsprogramm Klimaschutz", "Climate action programme"),
    "mobilitaetsstrategie": Text("Mobilitätsstrategie", "Mobility strategy"),
    "wissenschaftsstadt": Text("Konzept Wissenschaftsstadt Bielefeld", "City of science concept"),
    "energiekonzept_2020": Text("Energiekonzept 2020", "Energy concept 2020"),
    "gewerbeflaechenprognose_2035": Text(
        "Gewerbeflächenbedarfsprognose Bielefeld 2035", "Forecast of commercial space 2035"
    ),
    "insek": Text("Stadtentwicklungskonzept INSEK", "Urban development concept INSEK"),
}

_ROLE = {
    "applicant": Text("Antragstellende", "Applicant"),
    "reviewer": Text("Fachprüfung", "Review"),
    "approver": Text("Entscheidung", "Approval"),
    "editor": Text("Redaktion", "Editors"),
    "auditor": Text("Revision", "Audit"),
    "operator": Text("Plattformbetrieb", "Platform operations"),
    "admin": Text("Stadtverwaltung", "City administration"),
    "body": Text("Gremium", "Body"),
    "system": Text("Automatisch", "Automatic"),
    "data_protection_officer": Text("Datenschutzbeauftragte", "Data protection officer"),
    "information_security": Text("Informationssicherheit", "Information security"),
    "staff_council": Text("Personalrat", "Staff council"),
    "intermediary": Text("Vermittler", "Intermediary"),
    "ethics": Text("Ethikkommission", "Ethics committee"),
}

_OUTCOME = {
    "approve": Text("Zustimmen", "Approve"),
    "approve_with_conditions": Text("Zustimmen mit Auflagen", "Approve with conditions"),
    "decline": Text("Ablehnen", "Decline"),
}

_JUDGEMENT = {
    "kept": Text("Eingehalten", "Kept"),
    "broken": Text("Nicht eingehalten", "Not kept"),
    "not_applicable": Text("Trifft hier nicht zu", "Does not apply here"),
    "vouched": Text("Bürgt", "Vouches"),
}

_MOVE = {
    "judgement": Text("Beurteilt", "Judged"),
    "override": Text("Ausnahme", "Exception"),
    "voucher": Text("Fürsprache", "Voucher"),
    "revocation": Text("Fürsprache zurückgenommen", "Voucher taken back"),
}

_PROVIDER = {
    "city": Text("Stadt und Stadtwerke", "City and Stadtwerke"),
    "internal": Text("Stadt und Stadtwerke", "City and Stadtwerke"),
    "external": Text("Externe", "External"),
}

_DELIVERY = {
    "written": Text("geschrieben", "written"),
    "queued": Text("in der Warteschlange", "queued"),
    "sending": Text("wird gesendet", "being sent"),
    "sent": Text("gesendet", "sent"),
    "delivered": Text("zugestellt", "delivered"),
    "failed": Text("fehlgeschlagen", "failed"),
    "parked": Text("angehalten", "parked"),
}

_CHANNEL = {
    "in_app": Text("Postfach im Innovationshub", "Inbox of the innovation hub"),
    "email": Text("E-Mail", "E-mail"),
    "webhook": Text("Webhook", "Webhook"),
    "digest": Text("Sammelnachricht", "Digest"),
}

_RIGHT = {
    "platform_access": Text("Zugang zur Plattform", "access to the platform"),
    "publication": Text("Veröffentlichung von Daten", "publication of data"),
    "personal_data": Text("Verarbeitung personenbezogener Daten", "processing of personal data"),
    "devices": Text("Betrieb von Geräten", "operation of devices"),
    "listing": Text("Eintrag im Katalog", "entry in the catalog"),
}

_CONFORMITY = {
    "conforming": Text("Regeln erfüllt", "Rules kept"),
    "grace": Text("Frist läuft", "Grace period"),
    "paused": Text("Rechte ruhen", "Rights paused"),
    "void": Text("Gilt nicht mehr", "Void"),
    "replaced": Text("Neuere Nachprüfung", "Checked again since"),
}

_SCHEME = {
    "light": Text("Hell", "Light"),
    "dark": Text("Dunkel", "Dark"),
    "contrast": Text("Hoher Kontrast oder eigene Farben", "High contrast or colours of my own"),
}

_CAMPAIGN = {
    "running": Text("Läuft", "Running"),
    "stopped": Text("Angehalten", "Stopped"),
    "finished": Text("Abgeschlossen", "Finished"),
    "void": Text("Zurückgenommen", "Taken back"),
}

_MODEL = {
    "draft": Text("Entwurf", "Draft"),
    "proposed": Text("Zur Veröffentlichung vorgeschlagen", "Proposed for publication"),
    "published": Text("Veröffentlicht", "Published"),
    "withdrawn": Text("Zurückgenommen", "Taken back"),
    "retired": Text("Ausgelaufen", "Retired"),
}

_INBOX = {
    "parked": Text("Geparkt", "Parked"),
    "retry": Text("Wird wiederholt", "To be tried again"),
    "waiting": Text("Wartet auf eine frühere", "Waits for an earlier one"),
    "processed": Text("Verarbeitet", "Processed"),
    "skipped": Text("Schon bekannt", "Already known"),
    "discarded": Text("Verworfen", "Discarded"),
}

_DEED = {
    "retried": Text("erneut versucht", "tried again"),
    "edited": Text("berichtigt", "corrected"),
    "discard proposed": Text("zum Verwerfen vorgeschlagen", "proposed to be discarded"),
    "discarded": Text("verworfen", "discarded"),
    "drained": Text("vom Broker zurückgeholt", "fetched back from the broker"),
    "replayed": Text("noch einmal vorgelegt", "handed in again"),
    "republished": Text("noch einmal erzählt", "told again"),
    "seen": Text("Personenbezogenes angesehen", "looked at what is about a person"),
}

WORDS: dict[str, dict[str, Text]] = {
    "status": _STATUS,
    "model": _MODEL,
    "inbox": _INBOX,
    "service": _SERVICE,
    "deed": _DEED,
    "stage": _STAGE,
    "theme": _THEME,
    "kind": _KIND,
    "severity": _SEVERITY,
    "strategy": _STRATEGY,
    "role": _ROLE,
    "outcome": _OUTCOME,
    "judgement": _JUDGEMENT,
    "move": _MOVE,
    "version": _VERSION,
    "provider": _PROVIDER,
    "delivery": _DELIVERY,
    "channel": _CHANNEL,
    "right": _RIGHT,
    "conformity": _CONFORMITY,
    "campaign": _CAMPAIGN,
    "scheme": _SCHEME,
}


def word(kind: str, value: str) -> Text:
    """Return what `value` is called; a value nobody named yet shows itself.

    Raises: KeyError for a kind that is not in `WORDS`.
    """
    return WORDS[kind].get(value) or Text(value, value)


_TONES = {
    "success": {
        "published",
        "kept",
        "approved",
        "approved_with_conditions",
        "active",
        "delivered",
        "sent",
        "operation",
        "mvp",
        "conforming",
    },
    "warning": {"clarification", "condition", "paused", "sending", "queued", "grace", "stopped"},
    "danger": {"broken", "declined", "violation", "failed", "parked"},
    "info": {"submitted", "in_review", "proposed", "before_body", "reconsidered", "provisioning", "hint", "running"},
}


def tone(value: str) -> str:
    """Return how a status or severity is coloured: success, warning, danger, info, or neutral."""
    return next((name for name, values in _TONES.items() if value in values), "neutral")
