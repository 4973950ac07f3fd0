"""The pages around: accessibility, privacy, imprint, and what the hub is in plain language."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import metadata
from typing import Any

from werkzeug.wrappers import Response

from services.onboarding.domain import BARRIERS_KEPT, KEPT_FOR, REMEMBERED
from services.onboarding.pages import PAGES
from shared.auth import IDLE_S, SESSION_S
from shared.kernel import Text
from shared.operator import read_operator
from shared.outbox import KEEP_DAYS as EVENT_DAYS
from shared.periods import Periods
from shared.retention import HEARD_DAYS
from shared.web import Ask, http
from shared.web.once import KEEP_DAYS as KEY_DAYS
from shared.web.showing import BROWSER_S, show
from shared.wire import House

STATED_ON, CHANGED_ON = date(2026, 11, 24), date(2026, 11, 24)
Row = tuple[Text, Text, Text]


def _hours(period: timedelta) -> int:
    return period // timedelta(hours=1)


_AS_LONG = Text(
    de="Solange der Antrag läuft. Danach, bis die Stadt ihn löscht; eine Frist legt sie noch fest.",
    en="As long as the application runs; then until the city deletes it. It still has to set a period.",
)
#: What is kept, what for and how long; the periods are those of the code.
KEPT: tuple[Row, ...] = (
    (
        Text(de="Name, E-Mail-Adresse und Sprache", en="Name, e-mail address and language"),
        Text(de="Damit wir Ihnen schreiben können.", en="So that we can write to you."),
        _AS_LONG,
    ),
    (
        Text(de="Ihre Antworten, Dateien, Rückfragen und die Entscheidung", en="Answers, files, questions, decision"),
        Text(de="Damit wir Ihren Antrag prüfen und entscheiden.", en="To check your application and decide on it."),
        _AS_LONG,
    ),
    (
        Text(de="Nachrichten an Sie und wann sie ankamen", en="Messages to you, and when they arrived"),
        Text(de="Damit sich nachsehen lässt, wer was wusste.", en="So that one can see who knew what."),
        _AS_LONG,
    ),
    (
        Text(de="Cookie Ihrer Anmeldung", en="Cookie of your sign-in"),
        Text(de="Damit Sie angemeldet bleiben.", en="So that you stay signed in."),
        Text(
            de=f"{IDLE_S // 60} Minuten nach der letzten Seite, höchstens {SESSION_S // 3600} Stunden, "
            "oder bis Sie sich abmelden.",
            en=f"{IDLE_S // 60} minutes after the last page, {SESSION_S // 3600} hours at most, or until you sign out.",
        ),
    ),
    (
        Text(de="Ihre Bitte um einen Link zum Anmelden", en="Your request for a link to sign in"),
        Text(de="Damit wir nicht zu viele Links senden.", en="So that we do not send too many links."),
        Text(de=f"{_hours(REMEMBERED)} Stunde", en=f"{_hours(REMEMBERED)} hour"),
    ),
    (
        Text(de="Ein Formular, das nach Ihrer Anmeldung ankam", en="A form that arrived after your session"),
        Text(de="Damit nichts verloren geht, was Sie geschrieben haben.", en="So that nothing you wrote is lost."),
        Text(
            de=f"{_hours(KEPT_FOR)} Stunden, oder bis Sie es abschicken.",
            en=f"{_hours(KEPT_FOR)} hours, or until you send it.",
        ),
    ),
    (
        Text(de="API-Schlüssel: ihr Name und eine Prüfsumme", en="API keys: their name and a checksum"),
        Text(de="Damit Ihre Programme sich ausweisen können.", en="So that your programs can show who they are."),
        _AS_LONG,
    ),
    (
        Text(de="Cookie beim Anmelden per E-Mail", en="Cookie of signing in by e-mail"),
        Text(de="Damit der Link nur in Ihrem Browser gilt.", en="So that the link works in your browser only."),
        Text(de=f"{BROWSER_S // 3600} Stunden", en=f"{BROWSER_S // 3600} hours"),
    ),
    (
        Text(de="Cookie der gewählten Sprache", en="Cookie of the chosen language"),
        Text(de="Damit jede Seite Ihre Sprache spricht.", en="So that every page speaks your language."),
        Text(de="Ein Jahr, nur in Ihrem Browser.", en="A year, in your browser only."),
    ),
    (
        Text(de="Die Antwort auf ein abgesendetes Formular", en="The answer to a form that was sent"),
        Text(de="Damit doppeltes Absenden nichts doppelt tut.", en="So that sending it twice does nothing twice."),
        Text(de=f"{KEY_DAYS} Tage", en=f"{KEY_DAYS} days"),
    ),
    (
        Text(de="Gemeldete Barrieren", en="Reported barriers"),
        Text(de="Damit wir sie beheben und Ihnen antworten.", en="To remove them, and to answer you."),
        Text(
            de=f"{BARRIERS_KEPT.days} Tage, nachdem die Meldung erledigt ist.",
            en=f"{BARRIERS_KEPT.days} days after the report has been dealt with.",
        ),
    ),
    (
        Text(de="Meldungen zwischen den Diensten", en="Events between the services"),
        Text(de="Damit auch nach einem Ausfall nichts fehlt.", en="So that nothing is missing after an outage."),
        Text(
            de=f"{EVENT_DAYS} Tage, nachdem sie ankamen; dass sie ankamen, {HEARD_DAYS} Tage.",
            en=f"{EVENT_DAYS} days after they arrived; that they arrived, {HEARD_DAYS} days.",
        ),
    ),
)


class AboutPages:
    """What a public office has to say about its own pages."""

    house: House

    @http("GET", "/about/accessibility")
    def show_accessibility(self, ask: Ask) -> Response:
        return self._about_page(ask, "accessibility", stated_on=STATED_ON, changed_on=CHANGED_ON)

    @http("GET", "/about/privacy")
    def show_privacy(self, ask: Ask) -> Response:
        return self._about_page(ask, "privacy", rows=(drafts(self.house.settings.periods), *KEPT))

    @http("GET", "/about/imprint")
    def show_imprint(self, ask: Ask) -> Response:
        return self._about_page(ask, "imprint", version=metadata.version("innovationshub"))

    @http("GET", "/easy-language")
    def show_easy_language(self, ask: Ask) -> Response:
        return self._about_page(ask, "easy_language")

    def _about_page(self, ask: Ask, name: str, **context: Any) -> Response:
        operator = read_operator(self.house.settings.operator_file)
        return show(PAGES, ask, f"onboarding/about/{name}.html", operator=operator, **context)


def drafts(periods: Periods) -> Row:
    return (
        Text(de="Entwürfe, an denen niemand weiterschreibt", en="Drafts that nobody goes on with"),
        Text(de="Damit Sie später weitermachen können.", en="So that you can go on later."),
        Text(
            de=f"{periods.draft} Tage nach der letzten Änderung löschen wir Antworten und Dateien. "
            "Vorher schreiben wir Ihnen.",
            en=f"We delete answers and files {periods.draft} days after the last change. We write to you before.",
        ),
    )
