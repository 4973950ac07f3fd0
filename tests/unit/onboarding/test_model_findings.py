"""What an applicant reads of a finding: what is wrong, what was expected, why the rule exists, and what to do."""

from __future__ import annotations

import re

import pytest

from services.onboarding import model
from services.onboarding.model.words import NOTHING, demanded, said

MODELS = {version: model.load(shipped.text) for version, shipped in model.shipped().items()}
RULES = [(version, rule["id"]) for version, of in MODELS.items() for rule in of.public["rules"]]
RAW = re.compile(r"is not of|is not one|is a required|does not match|[{}]|Traceback|None|null|_")


def told(version: str, name: str) -> tuple[model.Model, list]:
    of = MODELS[version]
    failing = next(rule for rule in of.public["rules"] if rule["id"] == name)["examples"]["failing"]
    return of, [one for one in (*of.check(failing), *of.checklist(failing)) if one["rule"] == name]


@pytest.mark.parametrize(("version", "name"), RULES)
def test_a_finding_says_all_that_an_applicant_needs_in_both_languages(version, name):
    of, found = told(version, name)

    assert found
    for finding in found:
        sentences = [finding["text"], finding["remedy"], *([finding["why"]] if version != "1.0" else [])]
        for language in ("de", "en"):
            for sentence in sentences:
                assert sentence[language].strip().endswith((".", "?"))
                assert not RAW.search(sentence[language].replace("publiccode.yml", ""))
            if "judged_by" not in finding:
                expected = of.expected(finding)
                assert expected != NOTHING
                assert not RAW.search(expected.in_(language))


@pytest.mark.parametrize("version", MODELS)
def test_the_page_of_all_findings_has_each_rule_once_or_more(version):
    page = model.findings_page(MODELS[version])

    assert all(f"## {name}: " in page for of, name in RULES if of == version)
    assert page.count("| Was zu tun ist · what to do | ") >= len(MODELS[version].rules)


@pytest.mark.parametrize(
    ("version", "name", "german"),
    [
        ("1.0", "BM-28", "mindestens 99,5 %"),
        ("1.1", "BM-28", "mindestens 99,7 %"),
        ("1.0", "BM-21", "Betrieb nach dem Ende der Förderung: mindestens 24 Monate"),
        ("1.1", "BM-66", "Alter des Nachweises beim Start des Betriebs: höchstens 36 Monate"),
        ("1.1", "BM-67", "Dauer des zugesagten Betriebs: mindestens 1 Monat"),
        ("1.0", "BM-00", "eine Angabe"),
        ("1.0", "BM-01", "eine Angabe"),
        ("1.0", "BM-04", "Ja"),
        ("1.0", "BM-08", "dabei ist: Personalrat"),
        ("1.0", "BM-13", "mindestens eine Auswahl"),
        ("1.0", "BM-33", "mindestens 20 Zeichen"),
        ("1.0", "BM-48", "mindestens eine von: „NGSI-LD“, „OGC SensorThings“, „MQTT“"),
    ],
)
def test_what_was_expected_is_said_in_words(version, name, german):
    of, [finding, *_] = told(version, name)

    assert of.expected(finding).de == german


def test_a_rule_over_a_derived_value_says_the_same_in_expected_as_it_demands():
    for of in MODELS.values():
        for rule in of.rules.values():
            if "derived" in str(rule.get("requires", "")):
                question = of.questions[rule["pointer"]]
                assert demanded(rule["expected"], question) == model.words.required(rule, question)


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        (None, "keine Angabe", "no answer"),
        ([], "keine Angabe", "no answer"),
        (True, "Ja", "Yes"),
        (48000, "48.000", "48,000"),
        (98.0, "98,0", "98.0"),
        ("2030-12-31", "31. Dezember 2030", "31 December 2030"),
        (["a", "b"], "a, b", "a, b"),
    ],
)
def test_answers_are_said_in_words(value, german, english):
    assert (said(value).de, said(value).en) == (german, english)
