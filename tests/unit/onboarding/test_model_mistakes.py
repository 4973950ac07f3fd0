"""Whatever is wrong with a model document is told by file, rule and place, with what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from time import thread_time  # of our own work: what others do on this machine does not count
from typing import Any

import pytest

from services.onboarding import model
from services.onboarding.model import Complaint, ModelError, document, patterns
from tests.support.hub import ROOT

DRAFT = document.read(document.FOLDER / "1.1.json")
RULES = {rule["id"]: index for index, rule in enumerate(DRAFT["rules"])}
R28, R65 = f"/rules/{RULES['BM-28']}", f"/rules/{RULES['BM-65']}"

Spoil = Callable[[dict[str, Any]], Any]

CURES = {
    "de": re.compile(
        "Schreiben Sie|Erlaubt sind|Meinten Sie|Nehmen Sie|nehmen Sie|Streichen Sie|streichen Sie|Ändern Sie|"
        "Geben Sie|Ergänzen Sie|Kürzen Sie|Teilen Sie|Speichern Sie"
    ),
    "en": re.compile("[Ww]rite|Allowed are|Did you mean|[Tt]ake|[Rr]emove|[Cc]hange|Give|Add|Shorten|Split|Save"),
}
RAW = (
    "is a required property",
    "does not match",
    "is not of type",
    "Additional properties",
    "Traceback",
    "None",
    "True",
)


def rule(name: str, spoil: Spoil) -> Spoil:
    return lambda written: spoil(written["rules"][RULES[name]])


def r28(spoil: Spoil) -> Spoil:
    return rule("BM-28", spoil)


def question(pointer: str, spoil: Spoil) -> Spoil:
    _, section, name = pointer.split("/")
    return lambda written: spoil(written["schema"]["properties"][section]["properties"][name])


def put(*steps: Any, to: Any) -> Spoil:
    """Put `to` at the place that `steps` lead to."""

    def spoil(part: Any) -> None:
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = to

    return spoil


def drop(*steps: Any) -> Spoil:
    def spoil(part: Any) -> None:
        for step in steps[:-1]:
            part = part[step]
        del part[steps[-1]]

    return spoil


def named(example: str, *steps: Any, to: Any) -> Spoil:
    index = next(index for index, one in enumerate(DRAFT["examples"]) if one["key"] == example)
    return put("examples", index, *steps, to=to)


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(levels):
        made = {"not": made}
    return made


USE_CASE = DRAFT["schema"]["properties"]["use_case"]["properties"]
QUESTION = USE_CASE["title"]
NAME, IDEA = QUESTION["x-text"]["de"]["label"], USE_CASE["stage"]["x-text"]["de"]["options"]["idea"]
TITLE = "/schema/properties/use_case/properties/title"
STAGE = "/schema/properties/use_case/properties/stage"
UNTIL = "/schema/properties/use_case/properties/test_until"
PATCH_DAYS = "/schema/properties/security/properties/patch_days"
AVAILABLE = {"required": ["operation"], "properties": {"operation": {"required": ["availability"]}}}

#: What somebody gets wrong: how, at which place, and a piece of what is said in German and in English.
MISTAKES: dict[str, tuple[Spoil, str, str, str]] = {
    # Words that do not exist, or are missing
    "an unknown keyword at the top": (put("colour", to="red"), "", "„colour“", "Allowed are: version, status"),
    "a misspelt keyword at the top": (
        put("exampels", to=[]),
        "",
        "Meinten Sie „examples“?",
        "Did you mean “examples”?",
    ),
    "a misspelt keyword in a rule": (r28(put("severty", to="hint")), R28, "Meinten Sie „severity“?", "“severity”"),
    "a misspelt keyword in a question": (
        question("/use_case/title", put("maxLenght", to=3)),
        TITLE,
        "Meinten Sie „maxLength“?",
        "“maxLength”",
    ),
    "a misspelt demand": (r28(put("expected", to={"minimun": 99})), f"{R28}/expected", "„minimum“", "“minimum”"),
    "a reference to elsewhere": (
        r28(put("requires", to={"$ref": "https://elsewhere.example/rule.json"})),
        f"{R28}/requires",
        "Verweise sind nicht erlaubt",
        "References are not allowed",
    ),
    "a reference to here": (
        r28(put("expected", to={"$ref": "#/rules/0"})),
        f"{R28}/expected",
        "Schreiben Sie die Bedingung",
        "Write the condition",
    ),
    "oneOf": (r28(put("applies_to", to={"oneOf": []})), f"{R28}/applies_to", "Schreiben Sie anyOf", "Write anyOf"),
    "if and then": (r28(put("expected", to={"if": {}})), f"{R28}/expected", "applies_to", "applies_to"),
    "items instead of contains": (r28(put("expected", to={"items": {}})), f"{R28}/expected", "contains", "contains"),
    "a rule without a number": (r28(drop("id")), R28, "„id“ fehlt", "“id” is missing"),
    "a rule without a clause": (r28(drop("clause")), R28, "Kapitel und Abschnitt", "chapter and section"),
    "a rule without a source": (r28(drop("source")), R28, "woher die Regel kommt", "where the rule comes from"),
    "a rule without a severity": (r28(drop("severity")), R28, "„severity“ fehlt", "“severity” is missing"),
    "a rule without a condition": (r28(drop("applies_to")), R28, "{} für alle", "{} for everybody"),
    "a rule without a demand": (r28(drop("expected")), R28, "was gelten soll", "what shall hold"),
    "a rule that demands nothing": (
        r28(put("expected", to={})),
        f"{R28}/expected",
        "verlangt nichts",
        "demands nothing",
    ),
    "a new rule without a reason": (
        rule("BM-66", drop("why")),
        f"/rules/{RULES['BM-66']}",
        "warum",
        "why the rule exists",
    ),
    "a rule without a remedy": (r28(drop("remedy")), R28, "was zu tun ist", "what to do"),
    "a rule without English": (r28(drop("text", "en")), f"{R28}/text", "den englischen Text", "the English text"),
    "a rule without German": (r28(drop("text", "de")), f"{R28}/text", "den deutschen Text", "the German text"),
    "a rule with an empty German remedy": (r28(put("remedy", "de", to=" ")), f"{R28}/remedy/de", "leer", "empty"),
    "a rule whose English is the German": (
        rule("BM-28", lambda one: one["text"].update(en=one["text"]["de"])),
        f"{R28}/text/en",
        "auf Englisch",
        "in English",
    ),
    "a text that is too long": (r28(put("text", "en", to="x" * 601)), f"{R28}/text/en", "auf 600", "to 600"),
    "a rule without examples": (r28(drop("examples")), R28, "scheitert", "one that fails"),
    "a rule without a failing example": (r28(drop("examples", "failing")), f"{R28}/examples", "„failing“", "“failing”"),
    "a rule without a passing example": (r28(drop("examples", "passing")), f"{R28}/examples", "„passing“", "“passing”"),
    "a question without English": (
        question("/use_case/title", drop("x-text", "en")),
        f"{TITLE}/x-text",
        "„en“ fehlt",
        "“en” is missing",
    ),
    "a question without a reason": (
        question("/use_case/title", drop("x-text", "de", "why")),
        f"{TITLE}/x-text/de",
        "„why“ fehlt",
        "“why” is missing",
    ),
    "a text without a limit": (question("/use_case/title", drop("maxLength")), TITLE, "4000", "4000"),
    "a number without a limit": (question("/security/patch_days", drop("maximum")), PATCH_DAYS, "größte", "largest"),
    "no word about what changed": (drop("changes"), "", "„changes“ fehlt", "“changes” is missing"),
    # Values of the wrong kind
    "a severity that does not exist": (
        r28(put("severity", to="violaton")),
        f"{R28}/severity",
        "„violation“",
        "“violation”",
    ),
    "a right that does not exist": (
        r28(put("right", to="parking")),
        f"{R28}/right",
        "platform_access",
        "platform_access",
    ),
    "a judge who does not exist": (
        rule("BM-65", put("judged_by", to="mayor")),
        f"{R65}/judged_by",
        "reviewer",
        "reviewer",
    ),
    "a version that is no version": (put("version", to="1.1-beta"), "/version", "„1.1-beta“", "“1.1-beta”"),
    "a day that does not exist": (put("published_on", to="2027-02-30"), "/published_on", "kein Tag", "no day"),
    "a number of a rule in the wrong form": (r28(put("id", to="28")), f"{R28}/id", "BM-87", "BM-87"),
    "a clause in the wrong form": (r28(put("clause", to="four")), f"{R28}/clause", "4.3", "4.3"),
    "a list where an object belongs": (r28(put("text", to=["x"])), f"{R28}/text", "geschweiften", "curly"),
    "a number in quotation marks": (
        r28(put("expected", to={"minimum": "99"})),
        f"{R28}/expected/minimum",
        "ohne Anführungszeichen",
        "without quotation",
    ),
    "a widget that does not fit": (
        question("/security/patch_days", put("x-ui", "widget", to="text")),
        f"{PATCH_DAYS}/x-ui/widget",
        "Schreiben Sie number",
        "Write number",
    ),
    "a question with a name in capitals": (
        lambda d: d["schema"]["properties"]["use_case"]["properties"].update(Titel=deepcopy(QUESTION)),
        "/schema/properties/use_case/properties",
        "kleine Buchstaben",
        "small letters",
    ),
    "a limit that is too high": (
        question("/use_case/title", put("maxLength", to=9000)),
        f"{TITLE}/maxLength",
        "4000",
        "4000",
    ),
    # Things that are not there
    "a pointer to no question": (
        r28(put("pointer", to="/operation/availabilty")),
        f"{R28}/pointer",
        "Meinten Sie „/operation/availability“?",
        "Did you mean “/operation/availability”?",
    ),
    "an empty pointer": (r28(put("pointer", to="")), f"{R28}/pointer", "Der Zeiger ist leer", "The pointer is empty"),
    "a condition about no section": (
        r28(put("applies_to", to={"required": ["use_cases"]})),
        f"{R28}/applies_to/required",
        "„use_case“",
        "“use_case”",
    ),
    "a condition about no question": (
        r28(put("applies_to", "properties", "use_case", to={"required": ["public"]})),
        f"{R28}/applies_to/properties/use_case/required",
        "„public“",
        "“public”",
    ),
    "a condition on a value nobody can choose": (
        r28(put("applies_to", "properties", "use_case", "properties", "public_service", to={"const": "yes"})),
        f"{R28}/applies_to/properties/use_case/properties/public_service/const",
        "boolean",
        "boolean",
    ),
    "a demand nobody can meet": (
        rule("BM-61", put("expected", to={"enum": ["eupl"]})),
        f"/rules/{RULES['BM-61']}/expected/enum",
        "„eupl_1_2“",
        "“eupl_1_2”",
    ),
    "a derived value that does not exist": (
        r28(put("requires", to={"properties": {"derived": {"properties": {"age": {"minimum": 3}}}}})),
        f"{R28}/requires/properties/derived/properties/age",
        "evidence_age_months",
        "evidence_age_months",
    ),
    "an example over nothing": (
        r28(put("examples", "failing", "base", to="distrikt_heat")),
        f"{R28}/examples/failing/base",
        "„district_heat“",
        "“district_heat”",
    ),
    "a question shown for an answer that does not exist": (
        question("/use_case/test_until", put("x-ui", "show_if", "in", to=["trial"])),
        f"{UNTIL}/x-ui/show_if/in",
        "„trial“",
        "“trial”",
    ),
    "a question shown by one that does not exist": (
        question("/use_case/test_until", put("x-ui", "show_if", "pointer", to="/use_case/stadium")),
        f"{UNTIL}/x-ui/show_if/pointer",
        "„/use_case/stadium“",
        "“/use_case/stadium”",
    ),
    "a move to nowhere": (
        put("changes", "moved", 0, "to", to="/security/incidents"),
        "/changes/moved/0/to",
        "„/security/incidents“",
        "incident",
    ),
    "a move from nowhere": (
        put("changes", "moved", 0, "from", to="/operation/incidents"),
        "/changes/moved/0/from",
        "Version davor",
        "version before",
    ),
    "a new name for a choice that does not exist": (
        put("changes", "moved", 1, "values", to={"none": "not_startet"}),
        "/changes/moved/1/values",
        "„not_started“",
        "“not_started”",
    ),
    # Things that contradict each other
    "a condition that holds for those who did not answer": (
        r28(drop("applies_to", "properties", "use_case", "required")),
        f"{R28}/applies_to/properties/use_case/properties/public_service",
        "auch ohne Antwort",
        "must stand in `required` too",
    ),
    "a condition that holds when nothing is answered": (
        r28(put("applies_to", to={"not": {"required": ["use_case"]}})),
        f"{R28}/applies_to",
        "nichts beantwortet",
        "nothing was answered",
    ),
    "a demand that does not fit the question": (
        r28(put("expected", to={"minLength": 2})),
        f"{R28}/expected/minLength",
        "Erlaubt sind: const",
        "Allowed are: const",
    ),
    "a type that is not the question’s": (
        r28(put("expected", to={"type": "string"})),
        f"{R28}/expected/type",
        "Schreiben Sie number",
        "Write number",
    ),
    "a demand that nobody can pass": (
        r28(put("expected", to={"minimum": 99, "maximum": 9})),
        f"{R28}/expected/minimum",
        "besteht niemand",
        "nobody passes",
    ),
    "a question that nobody can answer": (
        question("/security/patch_days", put("minimum", to=9999)),
        f"{PATCH_DAYS}/minimum",
        "keine Antwort",
        "no answer",
    ),
    "more choices than there are": (
        question("/use_case/theme", put("maxItems", to=9)),
        "/schema/properties/use_case/properties/theme/maxItems",
        "höchstens 4",
        "4 or less",
    ),
    "a choice without a label": (
        question("/use_case/stage", drop("x-text", "en", "options", "mvp")),
        f"{STAGE}/x-text/en/options",
        "genau einen",
        "exactly one",
    ),
    "two choices with one label": (
        question("/use_case/stage", put("x-text", "de", "options", "mvp", to=IDEA)),
        f"{STAGE}/x-text/de/options",
        "zwei Antworten",
        "two answers",
    ),
    "two questions with one label": (
        question("/use_case/need", put("x-text", "de", "label", to=NAME)),
        "/schema/properties/use_case/properties",
        "Zwei Fragen",
        "Two questions",
    ),
    "a hidden question that everybody must answer": (
        question("/use_case/title", put("x-ui", "show_if", to={"pointer": "/use_case/stage", "in": ["test"]})),
        f"{TITLE}/x-ui/show_if",
        "nie versteckt",
        "never hidden",
    ),
    "a question that depends on itself": (
        question(
            "/use_case/test_until", put("x-ui", "show_if", to={"pointer": "/use_case/test_until", "in": ["2027-01-01"]})
        ),
        f"{UNTIL}/x-ui/show_if/pointer",
        "hängt an sich selbst",
        "depends on itself",
    ),
    "a mandatory question that does not exist": (
        lambda d: d["schema"]["properties"]["use_case"]["required"].append("titel"),
        "/schema/properties/use_case/required",
        "„title“",
        "“title”",
    ),
    "a section that is not mandatory": (
        lambda d: d["schema"]["required"].remove("data"),
        "/schema/required",
        "Ergänzen Sie „data“",
        "Add “data”",
    ),
    "a chapter missing": (
        drop("schema", "properties", "data"),
        "/schema/properties",
        "„data“ fehlt",
        "“data” is missing",
    ),
    "chapters in another order": (
        lambda d: d["schema"]["properties"].update(organisation=d["schema"]["properties"].pop("organisation")),
        "/schema/properties",
        "in dieser Reihenfolge",
        "in this order",
    ),
    "two rules of one name": (
        r28(put("id", to="BM-27")),
        "/rules",
        "BM-27 gibt es mehrmals",
        "BM-27 exists several times",
    ),
    "no rule of completeness": (drop("rules", 0), "/rules", "Vollständigkeit", "rule of completeness"),
    "a rule of completeness for some": (
        put("rules", 0, "applies_to", to=AVAILABLE),
        "/rules/0",
        "gilt für alle",
        "applies to everybody",
    ),
    "a demand on what people judge": (
        rule("BM-65", put("expected", to={"const": "none"})),
        R65,
        "beurteilt ein Mensch",
        "judged by a person",
    ),
    "a right that hangs on a hint": (
        r28(put("severity", to="hint")),
        f"{R28}/right",
        "Nur ein Verstoß",
        "Only a violation",
    ),
    "a version that follows itself": (put("changes", "from", to="1.1"), "/version", "höhere Nummer", "higher number"),
    "two moves to one question": (
        lambda d: d["changes"]["moved"].append({"from": "/operation/owner", "to": "/data/dpia"}),
        "/changes/moved",
        "mehrmals",
        "several",
    ),
    "a move of a question that stays": (
        put("changes", "moved", 0, "from", to="/operation/owner"),
        "/changes/moved/0/from",
        "gibt es noch",
        "still there",
    ),
    "a move that moves nothing": (
        drop("changes", "moved", 1, "values"),
        "/changes/moved/1",
        "bewegt sich nichts",
        "Nothing moves",
    ),
    # Examples that show something else
    "a failing example that passes": (
        r28(put("examples", "failing", "patch", to={})),
        f"{R28}/examples/failing",
        "bricht nichts",
        "breaks nothing",
    ),
    "a failing example that breaks two rules": (
        r28(put("examples", "failing", "patch", "security", to={"encrypted": False})),
        f"{R28}/examples/failing",
        "BM-56 bei /security/encrypted",
        "BM-56 at /security/encrypted",
    ),
    "a passing example that fails": (
        r28(put("examples", "passing", "patch", to={"operation": {"availability": 1}})),
        f"{R28}/examples/passing",
        "besteht nicht",
        "not pass",
    ),
    "a passing example that breaks another rule": (
        r28(put("examples", "passing", "patch", to={"security": {"encrypted": False}})),
        f"{R28}/examples/passing",
        "BM-56",
        "BM-56",
    ),
    "a rule that asks for what the form hides": (
        question("/organisation/founded_on", put("x-ui", "show_if", "in", to=["company"])),
        f"/rules/{RULES['BM-78']}/examples/failing",
        "zeigt es hier nicht",
        "does not show",
    ),
    "a rule for people whose example is judged": (
        rule("BM-68", put("examples", "passing", to={"base": "school_routes", "patch": {}})),
        f"/rules/{RULES['BM-68']}/examples/passing",
        "Ein Mensch müsste",
        "A person would have to",
    ),
    "a rule for people that applies to nobody": (
        rule("BM-68", put("examples", "failing", to={"base": "repair_map", "patch": {}})),
        f"/rules/{RULES['BM-68']}/examples/failing",
        "gilt die Regel nicht",
        "does not apply",
    ),
    "an example that is not as it says": (
        named("parking", "verdict", to="unsound"),
        "/examples/0/answers",
        "ist sound",
        "is sound",
    ),
    "an example with a wrong key": (
        named("parking", "answers", "use_case", "titel", to="x"),
        "/examples/0/answers/use_case/titel",
        "„title“",
        "“title”",
    ),
    "an example with an answer nobody can choose": (
        named("parking", "answers", "use_case", "stage", to="trial"),
        "/examples/0/answers/use_case/stage",
        "Erlaubt ist",
        "allowed",
    ),
    # What costs too much
    "conditions inside conditions": (
        r28(put("applies_to", to=deep(40))),
        f"{R28}/applies_to" + "/not" * 22,
        "Teilen",
        "Split",
    ),
    "too many alternatives": (
        r28(put("applies_to", to={"anyOf": [AVAILABLE] * 11})),
        f"{R28}/applies_to/anyOf",
        "auf 10",
        "to 10",
    ),
    "too many values": (r28(put("expected", to={"enum": list(range(61))})), f"{R28}/expected/enum", "auf 60", "to 60"),
    "too many rules": (lambda d: d["rules"].extend(d["rules"] * 4), "/rules", "auf 300", "to 300"),
    "too many questions": (
        lambda d: d["schema"]["properties"]["use_case"]["properties"].update({f"q{n}": QUESTION for n in range(60)}),
        "/schema/properties/use_case/properties",
        "auf 60",
        "to 60",
    ),
    "a number without end": (
        r28(put("expected", to={"minimum": float("inf")})),
        f"{R28}/expected/minimum",
        "keine Zahl",
        "no number",
    ),
    "half a character": (r28(put("text", "de", to="\ud83d")), f"{R28}/text/de", "halbe Zeichen", "half characters"),
}
#: Patterns that are refused, with what is said about them.
PATTERNS = {
    "(": ("kein erlaubtes Muster", "no allowed pattern"),
    "(?=a)b": ("Vorausschau", "Look-ahead"),
    "(?<!a)b": ("Rückschau", "look-behind"),
    "(?i)abc": ("Schalter", "flags"),
    "(?P<name>a)": ("Namen", "names"),
    r"^(a)\1$": ("Rückverweise", "Back-references"),
    r"^\d+$": ("[0-9]", "[0-9]"),
    "^(a+)+$": ("Wiederholung in einer Wiederholung", "repetition inside a repetition"),
    "^(a*)*b": ("Wiederholung in einer Wiederholung", "repetition inside a repetition"),
    "^(a|aa)+$": ("Wiederholung in einer Wiederholung", "repetition inside a repetition"),
    "^a*?b": ("zweite", "another"),
    "^a*a*a*b": ("zu viele Arten", "too many ways"),
    "a+b": ("zu viele Arten", "too many ways"),
    "^[a-z]{0,400}[a-z]{0,400}$": ("zu viele Arten", "too many ways"),
    "^[a-z&&[aeiou]]$": ("kein erlaubtes Muster", "no allowed pattern"),
    "a" * 201: ("Kürzen Sie", "Shorten"),
}


def complaints_of(written: dict[str, Any]) -> tuple[Complaint, ...]:
    with pytest.raises(ModelError) as caught:
        model.validate(written, "1.1.json")
    return caught.value.complaints


def is_helpful(complaint: Complaint) -> bool:
    lines = {language: complaint.in_(language) for language in ("de", "en")}
    return (
        all(line.startswith("1.1.json: ") and CURES[language].search(line) for language, line in lines.items())
        and (not complaint.place.startswith("/rules/") or "Regel BM-" in lines["de"] or "Regel #" in lines["de"])
        and not any(raw in line for raw in RAW for line in lines.values())
        and all(len(line) < 900 for line in lines.values())
    )


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_by_file_rule_and_place_with_its_cure_in_both_languages(case):
    spoil, place, german, english = MISTAKES[case]
    spoiled = deepcopy(DRAFT)
    spoil(spoiled)

    told = complaints_of(spoiled)

    assert any(one.place == place and german in one.in_("de") and english in one.in_("en") for one in told), told
    assert [one for one in told if not is_helpful(one)] == []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_that_could_run_away_or_means_two_things_is_refused(pattern):
    german, english = PATTERNS[pattern]
    spoiled = deepcopy(DRAFT)
    spoiled["rules"][RULES["BM-03"]]["expected"] = {"pattern": pattern}

    [refused] = [one for one in complaints_of(spoiled) if one.place.endswith("/expected/pattern")]

    assert refused.rule == "BM-03"
    assert german in refused.in_("de")
    assert english in refused.in_("en")
    assert is_helpful(refused)


@pytest.mark.parametrize("pattern", ["^[a-z]*b$", "^a{0,4000}b$", "^[ab]{0,100}[a-z]{0,100}b$", "[a-y]{1,5}b"])
def test_the_dearest_patterns_that_are_let_through_end_at_once_in_both_validators(pattern):
    assert patterns.complaint(pattern, "") is None
    answer = "a" * patterns.LONGEST_ANSWER

    begin = thread_time()
    found = re.search(pattern, answer)

    assert found is None
    assert thread_time() - begin < 1


def test_the_rule_of_the_handbook_can_be_added_as_it_stands_and_its_messages_are_the_real_ones():
    handbook = (ROOT / "docs" / "model.md").read_text("utf-8")
    written = deepcopy(DRAFT) | {"version": "1.2", "changes": {"from": "1.1", "moved": []}}
    added = json.loads(re.findall(r"```json\n(.*?)```", handbook, re.DOTALL)[0])
    failing = {"base": "parking", "patch": {}}
    places = {"pointer": "/security/patch_day", "why": None, "examples": added["examples"] | {"failing": failing}}

    assert added["id"] in model.validate(written | {"rules": [*DRAFT["rules"], added]}, "1.2.json").rules
    for key, value in places.items():
        spoiled = {name: part for name, part in (added | {key: value}).items() if part is not None}
        with pytest.raises(ModelError) as caught:
            model.validate(written | {"rules": [*DRAFT["rules"], spoiled]}, "1.2.json")
        assert str(caught.value) in handbook


def test_there_are_at_least_sixty_kinds_of_mistakes():
    assert len(MISTAKES) >= 60


TEXTS = {
    "no JSON": (b'{"a": 1,}', "Zeile 1", "Line 1"),
    "nothing": (b"", "Zeile 1", "Line 1"),
    "a list": (b"[]", "Schreiben Sie { … }", "Write { … }"),
    "a key twice": (b'{"a": 1, "a": 2}', "steht zweimal", "stands twice"),
    "no UTF-8": (b"\xff", "UTF-8", "UTF-8"),
    "not a number": (b'{"a": NaN}', "NaN ist keine Zahl", "NaN is no number"),
    "a number of ten thousand digits": (b'{"a": ' + b"9" * 10_000 + b"}", "zu lang", "too long"),
    "brackets without end": (b"[" * 100_000, "ineinander", "inside each other"),
    "more than two million characters": (b" " * 2_000_001, "zu groß", "too large"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_file_that_cannot_be_read_is_refused_with_the_cure(tmp_path, case):
    content, german, english = TEXTS[case]
    path = tmp_path / "1.1.json"
    path.write_bytes(content)

    with pytest.raises(ModelError) as caught:
        document.read(path)

    [complaint] = caught.value.complaints
    assert german in complaint.in_("de")
    assert english in complaint.in_("en")
    assert is_helpful(complaint)


@pytest.mark.parametrize("nonsense", [{}, {"rules": 5}, {"rules": [None]}, {"schema": [], "rules": [{"id": 3}]}])
def test_nonsense_is_refused_in_words(nonsense):
    with pytest.raises(ModelError, match=r"draft"):
        model.validate(nonsense)


def test_a_hostile_document_is_told_its_first_hundred_mistakes_and_soon():
    spoiled = deepcopy(DRAFT)
    spoiled["rules"] = [{f"x{number}": number for number in range(50)} for _ in range(300)]

    begin = thread_time()
    told = complaints_of(spoiled)

    assert len(told) == document.MOST
    assert thread_time() - begin < 10


def test_both_documents_of_this_release_pass_and_are_small_enough():
    for version, shipped in model.shipped().items():
        assert model.validate(json.loads(shipped.text), version).version == version
        assert len(shipped.text) < document.LONGEST / 4
