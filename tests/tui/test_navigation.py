"""Every route has its screen, which takes what the route holds."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from jobsync_tui.app.navigation import SCREENS, screen_class
from jobsync_tui.screens import routes


def test_every_route_leads_somewhere() -> None:
    found = {each for each in vars(routes).values() if isinstance(each, type) and issubclass(each, routes.Route)}
    assert set(SCREENS) == found - {routes.Route}


@pytest.mark.parametrize("route", list(SCREENS), ids=lambda route: route.__name__)
def test_a_screen_takes_the_fields_of_its_route(route: type[routes.Route]) -> None:
    taken = inspect.signature(screen_class(route)).parameters
    given = {field.name for field in fields(route)}  # type: ignore[arg-type]
    assert given <= set(taken)
    assert {name for name, each in taken.items() if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD} <= given
