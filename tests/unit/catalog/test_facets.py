"""Facets are links, and the URL is the filter."""

from __future__ import annotations

from services.catalog.pages import FACETS, facets

COUNTED = {"theme": [{"value": "mobility", "count": 8}, {"value": "energy", "count": 6}]}


def test_a_facet_leads_to_itself_beside_all_that_is_chosen():
    mobility, energy = facets(COUNTED, {"stage": "test"}, "frei & offen")["theme"]

    assert mobility.href == "/catalog?q=frei+%26+offen&theme=mobility&stage=test"
    assert (energy.value, energy.count, energy.chosen) == ("energy", 6, False)


def test_another_value_takes_the_place_of_the_chosen_one():
    _, energy = facets(COUNTED, {"theme": "mobility"})["theme"]

    assert energy.href == "/catalog?theme=energy"


def test_following_what_is_chosen_lets_it_go():
    mobility, _ = facets(COUNTED, {"theme": "mobility"})["theme"]

    assert mobility.chosen
    assert mobility.href == "/catalog"


def test_what_is_chosen_stays_in_sight_when_nothing_matches():
    (sea,) = facets({}, {"theme": "sea"})["theme"]

    assert (sea.count, sea.chosen, sea.href) == (0, True, "/catalog")


def test_every_facet_is_there_even_without_counts():
    assert tuple(facets({}, {})) == FACETS
