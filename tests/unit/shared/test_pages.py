"""Every page, in both languages: readable without script, labelled, escaped, safe."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache

import pytest
from jinja2 import UndefinedError

from shared.pages import SECURITY_HEADERS, Pages, formats, said, static
from shared.pages.words import WORDS, tone, word
from tests.support import pages
from tests.support.html import Page

LANGUAGES = ("de", "en")
EVERY_PAGE = [(name, language) for language in LANGUAGES for name in pages.samples(language)]
#: Files of ours that a page may name for comfort.
OURS = re.compile(r'<script defer src="/static/[a-z0-9./]+\?v=[0-9a-f]{8}"></script>')
SCRIPT_OR_STYLE = re.compile(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
#: What other templates are made of.
PARTS = {"base.html", "macros.html", "session.html", "onboarding/about/parts.html"} | {
    f"{name}.html"
    for name in (
        "onboarding/attached_list",
        "onboarding/differences",
        "onboarding/versions_panel",
        "papers/bare",
        "papers/page",
        "papers/parts",
    )
}
PANELS = ("onboarding/application/", "onboarding/section/")
NOW = datetime(2027, 5, 18, 21, 30, tzinfo=UTC)  # half past eleven in the evening in Bielefeld

every_page = pytest.mark.parametrize(("name", "language"), EVERY_PAGE)


@cache
def html_of(name: str, language: str) -> str:
    return pages.render(pages.samples(language)[name], language)


def test_every_template_has_a_sample():
    shown = {template for template, *_ in pages.samples("de").values()}

    whole = {one for one in pages.PAGES.templates if not one.startswith(PANELS)}
    assert shown == whole - PARTS


# What holds for every page


@every_page
def test_a_page_carries_no_script_and_no_style_of_its_own(name, language):
    html = html_of(name, language)

    assert not SCRIPT_OR_STYLE.search(OURS.sub("", html)), "only files of the house may do that"


@every_page
def test_what_people_typed_is_escaped(name, language):
    html = html_of(name, language)

    assert "<script>" not in html
    assert "alert('x')" not in html


@every_page
def test_every_input_has_a_label(name, language):
    page = Page(html_of(name, language))

    assert page.unlabelled == []


@every_page
def test_ids_are_unique_and_whatever_is_described_exists(name, language):
    page = Page(html_of(name, language))

    assert len(page.ids) == len(set(page.ids))
    assert page.described <= set(page.ids)


@every_page
def test_links_inside_a_page_lead_somewhere(name, language):
    page = Page(html_of(name, language))

    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


@every_page
def test_every_posted_form_is_signed_and_can_be_repeated(name, language):
    page = Page(html_of(name, language))

    for form in page.forms:
        if form.method == "post":
            assert form.sent["csrf"] == ["c5rf"]
            assert len(form.sent["idempotency_key"][0]) >= 16


@every_page
def test_a_page_says_its_language_and_has_one_main_heading(name, language):
    page = Page(html_of(name, language))

    assert page.language == language
    assert page.headings.count(1) == 1
    assert page.headings[0] == 1 or page.headings[0] == 2, "only the error summary may come first"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_that_changes_an_application_says_which_version_it_saw(language):
    for name in ("draft", "asked back", "case", "second review", "section with errors"):
        page = Page(html_of(name, language))
        changes = [form for form in page.forms if pages.ID in form.action]

        assert changes
        assert all(form.sent["version"] == ["7"] for form in changes)


# Errors


@pytest.mark.parametrize("name", ["apply", "section with errors", "case", "second review", "sign in, wrong"])
def test_an_error_is_in_the_title_and_links_to_its_field(name):
    html = html_of(name, "de")
    page = Page(html)
    summary = html.split("hub-errors", 1)[1].split("</ul>")[0]

    assert page.title.startswith("Fehler: ")
    assert 'role="alert"' in summary
    linked = re.findall(r'href="#([^"]+)"', summary)
    assert linked
    assert set(linked) <= {control.attributes.get("id") for control in page.controls}


def test_an_error_inside_a_list_leads_to_the_field_of_the_list():
    html = html_of("case", "de")

    assert 'href="#conditions"' in html


def test_a_finding_that_stops_a_submission_leads_to_the_form_of_its_section():
    page = Page(html_of("draft", "de"))

    assert f"{pages.HERE}/sections/operation#operation-availability" in page.links


# The frame


def test_the_language_switch_keeps_the_place():
    sample = pages.samples("de")["workbench"]
    template, caller, _, context = sample
    page = Page(pages.render((template, caller, "/workbench?theme=climate&lang=de", context), "de"))

    assert "/workbench?theme=climate&lang=en" in page.links


def test_the_language_switch_never_leads_to_another_house():
    template, caller, _, context = pages.samples("de")["use case"]
    page = Page(pages.render((template, caller, "//evil.example/x", context), "de"))

    assert "/evil.example/x?lang=en" in page.links
    assert not any(link.startswith("//") for link in page.links)


def test_german_is_what_anybody_gets_who_speaks_neither():
    assert Page(pages.render(pages.samples("de")["start"], "fr")).language == "de"


def test_only_admins_are_shown_the_way_to_the_workbench():
    assert "/workbench" in Page(html_of("case", "de")).links
    assert "/workbench" not in Page(html_of("applications", "de")).links
    assert "/workbench" not in Page(html_of("start", "de")).links


def test_strangers_are_offered_to_sign_in_and_others_to_sign_out():
    assert "/sign-in" in Page(html_of("start", "de")).links
    assert Page(html_of("applications", "de")).form("/sign-out").method == "post"


def test_a_forgotten_context_is_an_error_and_not_an_empty_place():
    with pytest.raises(UndefinedError):
        pages.PAGES.render("problem.html", language="de", caller=None, path="/", csrf="", status=404)


def test_templates_are_found_in_a_package_or_a_folder(tmp_path):
    (tmp_path / "hello.html").write_text("{{ t('Hallo', 'Hello') }} {{ name }}")

    html = Pages(tmp_path).render("hello.html", language="en", caller=None, path="/", csrf="", name="<b>")

    assert html == "Hello &lt;b&gt;"


def test_an_admin_is_named_and_an_applicant_told_by_role():
    html = html_of("case", "de")

    assert "Ada Weber" in html
    assert "admin:" not in html


def test_a_text_is_said_in_the_language_whichever_way_it_came():
    assert said({"de": "eins", "en": "one"}, "en") == "one"
    assert said({"de": "eins"}, "en") == "eins"
    assert said("wie es ist", "en") == "wie es ist"


def test_the_policy_lets_nothing_in_from_outside():
    policy = SECURITY_HEADERS["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert "img-src 'self' data:" in policy


# Dates, times, numbers


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        ("2027-05-12T07:14:00Z", "12. Mai 2027, 09:14 Uhr", "12 May 2027, 09:14"),
        (datetime(2027, 1, 1, 23, 30, tzinfo=UTC), "2. Januar 2027, 00:30 Uhr", "2 January 2027, 00:30"),
        ("2027-05-12T07:14:00", "12. Mai 2027, 09:14 Uhr", "12 May 2027, 09:14"),
    ],
)
def test_times_are_those_of_bielefeld(value, german, english):
    assert formats.moment(value, "de") == german
    assert formats.moment(value, "en") == english


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        ("2027-05-17", "gestern", "yesterday"),
        ("2027-05-18", "heute", "today"),
        ("2027-05-19", "morgen", "tomorrow"),
        ("2027-05-21", "in 3 Tagen", "in 3 days"),
        ("2027-05-16", "vor 2 Tagen", "2 days ago"),
        ("2027-05-18T22:10:00Z", "morgen", "tomorrow"),
    ],
)
def test_days_are_counted_from_midnight_to_midnight(value, german, english):
    assert formats.relative(value, NOW, "de") == german
    assert formats.relative(value, NOW, "en") == english


def test_numbers_are_written_as_people_read_them():
    assert formats.number(48000, "de") == "48.000"
    assert formats.number(99.5, "de") == "99,5"
    assert formats.number(99.5, "en") == "99.5"


# Words


def test_every_word_is_there_in_both_languages():
    for kind, words in WORDS.items():
        for value, text in words.items():
            assert text.de, (kind, value)
            assert text.en, (kind, value)


def test_a_value_without_a_word_shows_itself():
    assert word("theme", "sea").de == "sea"
    assert tone("sea") == "neutral"


# Static files


def test_a_shipped_file_is_found_with_its_type():
    content, content_type, etag = static.find("hub.css")

    assert content.startswith(b"/*")
    assert content_type == "text/css; charset=utf-8"
    assert static.address("hub.css") == f"/static/hub.css?v={etag[:8]}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../__init__.py",
        "../../kernel.py",
        "/etc/passwd",
        "vendor",
        "hub.css/",
        "vendor/../hub.css",
        "x.css",
    ],
)
def test_no_name_leads_out_of_the_folder(name):
    assert static.find(name) is None


def test_a_page_that_names_a_missing_file_fails_loudly():
    with pytest.raises(LookupError):
        static.address("gone.css")


def test_our_style_asks_only_for_files_that_are_shipped():
    style = static.find("hub.css")[0].decode()
    wanted = re.findall(r'url\("([^"]+)"\)', style)

    assert wanted
    assert all(static.find(name) for name in wanted)


def test_the_vendored_style_fetches_nothing():
    style = static.find("vendor/kern/2.7.2/kern.min.css")[0].decode()

    assert "@import" not in style
    assert "@font-face" not in style
    assert all(found.startswith("data:") for found in re.findall(r"url\(['\"]?([^'\")]{5})", style))


def test_everything_vendored_brings_its_licence():
    folders = [folder for folder in (static.FOLDER / "vendor").glob("*/*") if folder.is_dir()]

    assert len(folders) == 3
    assert all(list(folder.glob("LICENSE*")) for folder in folders)
