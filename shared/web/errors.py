"""What HTTP itself has to say no to; what a domain refuses stands in `shared.kernel`."""

from __future__ import annotations

from shared.kernel import DomainError, Problem, Text


class HttpError(DomainError):
    """A refusal with a status of its own."""

    def __init__(
        self,
        status: int,
        code: str,
        text: Text,
        *,
        headers: dict[str, str] | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(text, code=code)
        self.status, self.headers, self.problems = status, headers or {}, problems


def not_found() -> HttpError:
    return HttpError(
        404, "not_found", Text(de="Diese Adresse gibt es hier nicht.", en="There is nothing at this address.")
    )


def method_not_allowed(allowed: str) -> HttpError:
    text = Text(de=f"Hier geht nur: {allowed}.", en=f"Only {allowed} is possible here.")
    return HttpError(405, "method_not_allowed", text, headers={"Allow": allowed})


def not_acceptable(gives: tuple[str, ...] = ("application/json",)) -> HttpError:
    named = "JSON" if gives == ("application/json",) else ", ".join(gives)
    text = Text(de=f"Diese Adresse antwortet nur mit {named}.", en=f"This address answers in {named} only.")
    return HttpError(406, "not_acceptable", text)


def too_large(limit: int) -> HttpError:
    text = Text(
        de=f"Die Anfrage ist größer als {limit // 1024} KiB.",
        en=f"The request is larger than {limit // 1024} KiB.",
    )
    return HttpError(413, "too_large", text, headers={"Connection": "close"})


def length_required() -> HttpError:
    text = Text(
        de="Bitte senden Sie die Anfrage am Stück, mit Content-Length.",
        en="Send the request in one piece, with Content-Length.",
    )
    return HttpError(411, "length_required", text, headers={"Connection": "close"})


def too_slow() -> HttpError:
    text = Text(
        de="Die Anfrage kam nicht in der erlaubten Zeit an.",
        en="The request did not arrive in the time allowed.",
    )
    return HttpError(408, "too_slow", text, headers={"Connection": "close"})


def unsupported_media_type(wanted: str) -> HttpError:
    text = Text(de=f"Hier wird {wanted} erwartet.", en=f"{wanted} is expected here.")
    return HttpError(415, "unsupported_media_type", text, headers={"Accept": wanted})


def malformed(why: Text) -> HttpError:
    return HttpError(400, "malformed", why)


def unreadable_form() -> HttpError:
    return malformed(Text(de="Das Formular ist nicht lesbar.", en="The form is not readable."))


def bad_request() -> HttpError:
    text = Text(de="Diese Anfrage verstehen wir nicht.", en="We do not understand this request.")
    return HttpError(400, "bad_request", text)


def header_missing(name: str, status: int = 400) -> HttpError:
    text = Text(de=f"Es fehlt die Kopfzeile {name}.", en=f"The header {name} is missing.")
    return HttpError(status, "header_missing", text)


def stale() -> HttpError:
    text = Text(
        de="Inzwischen hat sich etwas geändert. Bitte laden Sie den neuen Stand.",
        en="Something has changed meanwhile. Please load the newest version.",
    )
    return HttpError(412, "stale", text)


def unavailable() -> HttpError:
    text = Text(
        de="Das geht gerade nicht. Bitte versuchen Sie es gleich noch einmal.",
        en="Not possible just now. Please try again soon.",
    )
    return HttpError(503, "unavailable", text, headers={"Retry-After": "2"})


def storage_away() -> HttpError:
    text = Text(
        de="Dateien lassen sich gerade nicht speichern oder öffnen. Bitte versuchen Sie es gleich noch einmal.",
        en="Files cannot be stored or opened just now. Please try again soon.",
    )
    return HttpError(503, "storage_away", text, headers={"Retry-After": "10"})


def broken() -> HttpError:
    text = Text(
        de="Hier ist etwas schiefgegangen. Wir sehen es in unserem Protokoll.",
        en="Something went wrong here. We see it in our log.",
    )
    return HttpError(500, "broken", text)
