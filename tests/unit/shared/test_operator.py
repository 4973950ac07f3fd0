"""OPERATOR_FILE: what only the operator can say, read with care, and what it lacks is seen."""

from pathlib import Path

import pytest
from environs import Env

from shared.operator import Operator, read_operator
from shared.settings import WrongSettings, read
from tests.support import pages

EXAMPLE = Path(__file__).parents[3] / "deploy" / "operator.example.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "operator.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_everything_is_still_to_be_said():
    assert read_operator(None) == Operator()


def test_the_example_that_is_shipped_can_be_read_and_names_every_field():
    operator = read_operator(EXAMPLE)

    assert operator.imprint.name == "Stadt Bielefeld"
    text = EXAMPLE.read_text("utf-8")
    named = [name for part in vars_of(operator).values() for name in vars_of(part)]
    assert named
    assert [name for name in named if f"\n{name} = " not in text] == []


def test_what_the_file_says_stands_on_the_pages(tmp_path):
    operator = read_operator(written(tmp_path, '[imprint]\nname = "Stadt Bielefeld"\naddress = "Niederwall 23"'))
    template, caller, path, context = pages.samples("de")["imprint"]

    html = pages.render((template, caller, path, context | {"operator": operator}), "de")

    assert "Niederwall 23" in html
    assert "[trägt die Stadt noch ein]" in html, "the rest is marked as missing"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[imprint", "is no TOML"),
        ("[imprimt]\nname = 'x'", "there is no part [imprimt]"),
        ("[imprint]\nnmae = 'x'", "[imprint] knows no nmae"),
        ("[imprint]\nname = 7", "name in [imprint] has to be a text"),
        ("imprint = 7", "write [imprint] as a part of its own"),
        ("[sign_language]\nurl = 'javascript:alert(1)'", "has to begin with https://"),
        ("[easy_language]\ntext = 'Das ist der Hub.'", "by whom the text was checked"),
    ],
)
def test_a_mistake_in_the_file_ends_the_start_with_one_sentence(tmp_path, monkeypatch, text, says):
    monkeypatch.setenv("OPERATOR_FILE", str(written(tmp_path, text)))

    with pytest.raises(WrongSettings) as caught:
        read(Env())

    assert str(caught.value).startswith("OPERATOR_FILE ")
    assert says in str(caught.value)


def test_a_file_that_is_not_there_ends_the_start_with_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("OPERATOR_FILE", str(tmp_path / "gone.toml"))

    with pytest.raises(WrongSettings, match=r"gone\.toml cannot be read"):
        read(Env())


def vars_of(thing: object) -> dict[str, object]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}
