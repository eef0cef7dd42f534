"""The reference pages of ``docs/`` that are made from the program itself. Run as a module, it writes them all anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from jobsync_tui.backend.ats.base import Adapter
from jobsync_tui.backend.ats.registry import OURS, adapter_class
from jobsync_tui.backend.core.durations import format_duration
from jobsync_tui.backend.core.models import JOB_FIELDS
from jobsync_tui.backend.settings.schema import Settings
from jobsync_tui.commands import key_page
from tests.support.manual import MANUAL, manual

DOCS = Path(__file__).parents[2] / "docs"

_CONFIGURATION = """\
# Every key of the configuration

<!-- Made from the models in jobsync_tui/backend/settings/schema.py by make docs. -->

`jobsync init` writes the file, and `jobsync paths` says where it is. It is a [TOML](https://toml.io) file. A table begins with its name
in brackets; tables in double brackets may stand several times. An unknown key or a wrong value is an error that names the file, the key
and the line, and `jobsync doctor` looks at the rest.

A secret never stands in the file. It is named by its place: `{ env = "NAME" }` (an environment variable), `{ file = "PATH" }` (a file of
one line with mode 0600) or `{ keyring = "NAME" }` (an entry of the system's keyring).

A duration is text such as `"20s"`, `"5m"` or `"24h"`.
"""

_ATS = """\
# Each ATS: its key, what it delivers, and what it does not

<!-- Made from the adapters in jobsync_tui/backend/ats/ by make docs. -->

`jobsync init` asks for what is listed here, and `jobsync test` says what the first page of jobs really has. A rule on a field that an ATS
never delivers can match none of its jobs: `jobsync check` says so, and `jobsync rules validate` warns.

*One job at a time* means: the list of jobs does not have the field, so it is read when a job is checked or synced.
"""


def configuration_page() -> str:
    """Return the page of all keys of the configuration."""
    return "\n".join([_CONFIGURATION, *_tables(Settings, "")]).rstrip() + "\n"


def ats_page() -> str:
    """Return the page of all providers that come with the program."""
    kinds = sorted(map(adapter_class, OURS), key=lambda each: each.title.casefold())
    return "\n".join([_ATS, *(line for kind in kinds for line in _provider(kind))]).rstrip() + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "keys.md": key_page,
    "configuration.md": configuration_page,
    "ats.md": ats_page,
    MANUAL.name: manual,
}
"""Each page by its name in ``docs/``."""


def _tables(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Yield the lines of each table of a model, those inside it behind it."""
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is None:
            if not prefix and field.description:
                yield f"## `[{name}]`\n\n{field.description}\n"
            continue
        path = f"{prefix}{name}"
        several = str(field.annotation).startswith("tuple") or "tuple[" in str(field.annotation)
        keys = {key: each for key, each in inner.model_fields.items() if _model_in(each.annotation) is None}
        yield f"## `{'[[' if several else '['}{path}{']]' if several else ']'}`\n"
        yield f"{field.description}\n"
        yield "| key | without it | what it is |"
        yield "|---|---|---|"
        yield from (f"| `{each.alias or key}` | {_default(key, each)} | {each.description} |" for key, each in keys.items())
        yield ""
        yield from _tables(inner, f"{path}.")


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model of an annotation such as ``tuple[Model, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, getattr(annotation, "__args__", ()))), None)


def _default(key: str, field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "the `id`" if key == "name" and "the id" in (field.description or "") else "must be given"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, timedelta):
        return f'`"{format_duration(value)}"`'
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`".replace("'", '"') if value else "-"
    if isinstance(value, str) and value:
        return f'`"{value}"`'
    return f"`{value}`" if isinstance(value, int) else "-"


def _provider(kind: type[Adapter]) -> Iterator[str]:
    availability = kind.availability
    yield f"## {kind.title}\n"
    yield f"{kind.key_made}\n"
    yield "| | |"
    yield "|---|---|"
    yield f"| `provider` | `{kind.provider}` |"
    yield f"| credentials | {', '.join(f'`{each}`' for each in kind.credential_names) or 'none'} |"
    address = (
        f"`{kind.default_base_url}`"
        if kind.default_base_url
        else "must be given"
        if kind.credential_names
        else "none; `path` names the file"
    )
    yield f"| `base_url` | {address} |"
    yield f"| never delivers | {_fields(availability.never) or 'nothing of what a job has, where the account fills it in'} |"
    yield f"| one job at a time | {_fields(availability.single_only) or 'nothing'} |"
    yield f"| a refresh reads | {'what changed since the last one' if kind.incremental else 'all jobs each time'} |"
    gone = "are named by the ATS" if kind.incremental and kind.tells_deletions else "are noticed when everything is listed"
    yield f"| deleted jobs | {gone} |"
    yield ""


def _fields(names: frozenset[str]) -> str:
    order = {name: place for place, name in enumerate(JOB_FIELDS)}
    return ", ".join(f"`{each}`" for each in sorted(names, key=lambda name: (order.get(name, len(order)), name)))


if __name__ == "__main__":
    for page, made in PAGES.items():
        DOCS.joinpath(page).write_text(made(), encoding="utf-8")
