"""``init``: a configuration file, and integrations for it, from answers at a terminal or from options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..backend.core.errors import AccessDenied, ExitCode, UsageError
from ..backend.core.named_files import from_root
from ..backend.core.text import clean
from ..backend.settings.paths import config_path
from .interruption import confirm
from .options import ID, invocation, json_option
from .output import print_json, print_line, say
from .session import on_terminal, refuse_strangers

if TYPE_CHECKING:
    from ..backend.services.setting_up import ProviderNeeds
    from ..backend.settings.new_integration import NewIntegration
    from ..backend.settings.secrets import SecretRef


@click.command()
@click.option("--add", is_flag=True, help="Add an integration to the configuration that is there; nothing else in it changes.")
@click.option("--provider", metavar="NAME", help="The ATS of the integration, such as greenhouse, or file for an export; asks nothing.")
@click.option("--id", "new_id", type=ID, metavar="ID", help="The integration's id; without it, the provider's name.")
@click.option("--name", metavar="NAME", help="What people call it; without it, the name of the ATS.")
@click.option("--base-url", metavar="URL", help="The address of the ATS, where it is another than the usual one.")
@click.option("--path", "file", type=click.Path(path_type=Path), metavar="FILE", help="The Excel, CSV or JSON export, for --provider file.")
@click.option(
    "--credential",
    "credentials",
    multiple=True,
    metavar="NAME=PLACE",
    help="Where a credential is: api_key=env:VARIABLE, =file:PATH or =keyring:NAME; once for each.",
)
@click.option("--schema", is_flag=True, help="Print the JSON schema of the configuration instead, for editors, and write nothing.")
@json_option
@click.pass_context
def init(
    ctx: click.Context,
    *,
    add: bool,
    provider: str | None,
    new_id: str | None,
    name: str | None,
    base_url: str | None,
    file: Path | None,
    credentials: tuple[str, ...],
    schema: bool,
    as_json: bool,
) -> int:
    """Write a configuration file with a first integration, or add one.

    The file has a comment for every key, and mode 0600. On a terminal it asks for the ATS, its address and where the key is. Elsewhere
    --provider and the options beside it say that.
    """
    refuse_strangers()
    if schema:
        from ..backend.settings.json_schema import json_schema

        print_json(json_schema())
        return ExitCode.OK
    path = config_path(invocation().config)
    asking = provider is None and on_terminal() and not as_json
    _require_possible(path, add=add, asking=asking, provider=provider)
    described = _Described(new_id, name, base_url, file, credentials)
    if asking:
        from .init_questions import asked_integration

        new = asked_integration(path, needed=add)
    elif provider is not None:
        new = described.of(provider, path)
    elif described == _Described():
        new = None
    else:
        raise UsageError("These options describe an integration, and --provider does not say of which ATS", remedy=_PROVIDERS)
    _write(path, new)
    if as_json:
        print_json({"config": str(path), "integration": new.id if new else None})
        return ExitCode.OK
    _say_what_is_next(path, new, add=add)
    if new is not None and asking and confirm(f"Test {new.id} now?"):
        from .integrations import test

        return int(ctx.invoke(test, integration=new.id, as_json=False))
    return ExitCode.OK


@dataclass(frozen=True, slots=True)
class _Described:
    """What the options say of an integration, as they were given."""

    integration: str | None = None
    name: str | None = None
    base_url: str | None = None
    file: Path | None = None
    credentials: tuple[str, ...] = ()

    def of(self, provider: str, config: Path) -> NewIntegration:
        """Return the integration that the options describe, to stand in ``config``.

        Raises:
            UsageError: Something is missing, or not of this provider.
        """
        from ..backend.services.setting_up import FILE, needs_of, usual_name
        from ..backend.settings.loader import load_settings
        from ..backend.settings.new_integration import NewIntegration

        needs = needs_of(provider)
        credentials = dict(map(_credential_pair, self.credentials))
        _require_credentials(needs, credentials, self.integration or provider)
        if provider == FILE and self.file is None:
            raise UsageError("Say which file is read", remedy="--path FILE, or a pattern in quotes: the newest file is read")
        if needs.credentials and needs.address is None and self.base_url is None:
            raise UsageError(f"Say where {needs.title} answers for your account", remedy=f"--base-url URL. {needs.key_made}")
        integration = self.integration or provider
        taken = {each.name for each in load_settings(config).integrations} if self.name is None and config.exists() else set()
        return NewIntegration(
            id=integration,
            name=self.name or usual_name(needs.title, integration, taken),
            provider=provider,
            base_url=self.base_url,
            credentials=credentials,
            path=None if self.file is None else str(from_root(self.file)),
        )


def _require_credentials(needs: ProviderNeeds, given: Mapping[str, SecretRef | str], integration: str) -> None:
    missing = [each for each in needs.credentials if each not in given]
    if missing:
        # Spelt without an equals sign behind a name of a secret: what follows one is taken out of every message.
        remedy = f"Give each as --credential NAME=env:VARIABLE, such as a variable {variable(integration, missing[0])}"
        raise UsageError(f"{needs.title} needs {', '.join(missing)}", remedy=remedy)
    unknown = sorted(set(given) - set(needs.credentials))
    if unknown:
        remedy = f"It takes: {', '.join(needs.credentials) or 'none'}"
        raise UsageError(f"{needs.title} takes no credential called {clean(unknown[0], limit=64)}", remedy=remedy)


_PROVIDERS = "Such as --provider greenhouse; docs/ats.md lists them, and what each needs"


def _require_possible(path: Path, *, add: bool, asking: bool, provider: str | None) -> None:
    """Refuse, before anything is asked, what could not be written in the end.

    Raises:
        AccessDenied: An account acts for somebody else, who would have it read its own secrets for them.
        UsageError: There is a configuration already, or none to add to, or nobody to ask.
    """
    from ..backend.settings.new_integration import exists_already

    there = path.exists()
    if there and not add:
        raise exists_already(path)
    if invocation().as_user is not None:
        raise AccessDenied("Integrations are added by the account that owns the configuration, not through --as")
    if add and not there:
        raise UsageError(f"There is no configuration at {path} to add to", remedy="jobsync init without --add writes one")
    if add and not asking and provider is None:
        raise UsageError("Add --provider to say which ATS to add (no terminal to ask)", remedy=_PROVIDERS)


def _write(path: Path, new: NewIntegration | None) -> None:
    from ..backend.settings.new_integration import add_to, write_new
    from ..backend.settings.template import config_template

    if path.exists() and new is not None:
        add_to(path, new)
    else:
        write_new(path, config_template() + (f"\n{new.table()}" if new else ""))


def _credential_pair(text: str) -> tuple[str, SecretRef | str]:
    from ..backend.settings.new_integration import PLACES, credential

    name, equals, place = text.partition("=")
    if not equals:
        # What it says is not repeated: it may be the key itself.
        raise UsageError("--credential needs a name and a place", remedy=PLACES)
    return name, credential(name, place)


def variable(integration: str, name: str) -> str:
    """Return the name of an environment variable for a credential: ``GREENHOUSE_API_KEY``."""
    word = "".join(each if each.isascii() and each.isalnum() else "_" for each in f"{integration}_{name}").upper()
    return f"_{word}" if word[0].isdigit() else word


def _say_what_is_next(path: Path, new: NewIntegration | None, *, add: bool) -> None:
    if new is None:
        print_line(f"Wrote {path}")
        say("It has no integration yet: jobsync init --add adds one")
        return
    print_line(f"Added {new.id} to {path}" if add else f"Wrote {path} with the integration {new.id}")
    for name, place in new.credentials.items():
        if not isinstance(place, str) and place.kind == "env":
            say(f"  {name} is read from the environment variable {place.name}: export {place.name}=...")
    say(f"Next: jobsync test -i {new.id} tries it, jobsync refresh -i {new.id} reads its jobs, and jobsync shows them.")
