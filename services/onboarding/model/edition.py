"""One version of the business and operator model: what it asks, demands, shows and decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from services.onboarding.model import examples
from services.onboarding.model.check import Finding, Item, Judge, requirement
from services.onboarding.model.derived import DERIVED, Answers
from services.onboarding.model.document import assert_form, refuse
from services.onboarding.model.problems import Structure
from services.onboarding.model.references import following
from services.onboarding.model.standing import Standing, Standings
from services.onboarding.model.words import demanded, required
from shared.kernel import Problem, Text

Schema = dict[str, Any]


class Model:
    """A model document in use. Built from a draft it works like a released one, for previews.

    Raises: ModelError if the document has the wrong form or names what does not exist.
    """

    def __init__(self, document: Schema, file: str = "draft") -> None:
        assert_form(document, file)
        self.version: str = document["version"]
        self.status: str = document["status"]
        self.schema: Schema = document["schema"]
        self.changes: Schema = document.get("changes", {})
        #: What the document says of each rule, by its id; those that people judge, too.
        self.rules: dict[str, Schema] = {rule["id"]: rule for rule in document["rules"]}
        self.questions: dict[str, Schema] = {
            f"/{section}/{name}": question
            for section, part in self.schema["properties"].items()
            for name, question in part["properties"].items()
        }
        self._document, self._file = document, file
        self._rules = [self._complete(rule) for rule in document["rules"]]
        self._structure = Structure(self.schema)
        self._judge = Judge(self.version, self.schema, self._rules)

    def problems(self, answers: object) -> tuple[Problem, ...]:
        """Return what is wrong with the form of `answers`; missing ones are no problem, but findings."""
        return self._structure.problems(answers)

    def check(self, answers: Answers) -> tuple[Finding, ...]:
        """Return what `answers` miss or break, in the order of the rules; empty means nothing.

        Never raises for answers without `problems`. Findings are JSON-ready; do not change them.
        """
        return self._judge.check(answers)

    def standings(self, answers: Answers) -> tuple[Standing, ...]:
        """Return how the rules stand while somebody still answers; nothing is held against what is not answered yet."""
        return self._standings.of(answers)

    @cached_property
    def _standings(self) -> Standings:
        return Standings(self._rules)

    def checklist(self, answers: Answers) -> tuple[Item, ...]:
        """Return what people have to judge about `answers`, in the order of the rules; the check ignores it."""
        return self._judge.checklist(answers)

    def expected(self, finding: Mapping[str, Any]) -> Text:
        """Return in words what a finding of this version expected: "mindestens 99,5 %"."""
        question = self.questions.get(finding["pointer"], {})
        rule = self.rules.get(finding["rule"], {})
        if rule.get("pointer") == "":  # all that is expected is an answer
            kind = {key: finding["expected"][key] for key in ("type", "format", "enum") if key in finding["expected"]}
            return demanded(kind, question)
        return required({**rule, "expected": finding["expected"]}, question)

    def validate(self, previous: Model | None = None) -> None:
        """Raise ModelError if an example does not show what it claims, or what changed since `previous` is not told."""
        found = list(examples.complaints(self._document, self._structure, self._judge))
        if previous is not None and previous.version != self.version:
            found += following(self._document, previous.questions, previous.rules)
        refuse(self._document, self._file, found)

    @cached_property
    def public(self) -> Schema:
        """The document as everybody may read it: every rule with its complete `requires` and examples.

        `derived` describes the values beside the answers that `applies_to` and `requires` may name.
        """
        return {
            "version": self.version,
            "status": self.status,
            "title": self._document["title"],
            "published_on": self._document["published_on"],
            **({"changes": self.changes} if self.changes else {}),
            "schema": self.schema,
            "derived": {
                name: {
                    "type": derived.type,
                    "from": list(derived.sources),
                    "text": {"de": derived.text.de, "en": derived.text.en},
                }
                for name, derived in DERIVED.items()
                if all(source in self.questions for source in derived.sources)
            },
            "rules": self._rules,
            "examples": self._document["examples"],
        }

    def _complete(self, rule: Schema) -> Schema:
        whole = {**rule, "examples": examples.expanded(self._document, rule)}
        return whole if "judged_by" in rule else whole | {"requires": requirement(rule, self.schema)}

    @cached_property
    def body(self) -> bytes:
        """`public` as JSON, made once: it is half a megabyte and asked for often."""
        return json.dumps(self.public, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def etag(self) -> str:
        """The SHA-256 of `body`, without quotation marks."""
        return hashlib.sha256(self.body).hexdigest()
