"""What the sandbox's target holds beside jobs: names that the rules use, candidates on their way, and interviews."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from ..core.models import Action, ActionKind, JsonValue, Rule
from ..target.local_seed import STAGES, Candidate, Interview, Seed

SETTINGS: dict[str, tuple[JsonValue, ...]] = {
    "voice": ("Warm", "Neutral", "Bright"),
    "language": ("Multilingual", "Candidate Choice", "English", "German", "Portuguese"),
    "ai_caller_name": ("Morgan", "Alex", "Sam"),
    "responsiveness": ("quick", "patient"),
    "professionalism": ("formal", "friendly"),
    "call_type": ("phone", "web"),
    "outreach_method": ("outreach hours", "Call", "SMS"),
    "maximum_distance": (20, 40, 60, 100),
    "minimum_stars": (1, 2, 3, 4, 5),
    "notification_channel": ("email", "Teams"),
}
GENERATION_TEMPLATES = ("General screen", "Nurse general", "Second conversation")
FURTHER_FOLDERS = ("Mercy/Night team", "Archive")
FIRST_NAMES = ("Ana", "Ben", "Chidi", "Dorothea", "Emre", "Fatima", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lena")
LAST_NAMES = ("Abara", "Brandt", "Castillo", "Dvořák", "Eriksen", "Fischer", "Gupta", "Haddad", "Ito", "Jansen")
ANSWERS = (
    "I did the night rota for two years and would take it again.",
    "Mostly in teams of five; the largest project ran for eighteen months.",
    "I can start in four weeks, earlier if the paperwork is quick.",
)


def names_for(rules: Iterable[Rule]) -> Seed:
    """Return the templates, folders, users and settings that ``rules`` name, and some more that no rule does."""
    actions = [action for rule in rules for action in rule.actions]
    scripts = dict.fromkeys(_values(actions, ActionKind.JOB_TEMPLATE), "script")
    generation = dict.fromkeys((*_values(actions, ActionKind.GENERATION_TEMPLATE), *GENERATION_TEMPLATES), "ai_generation")
    return Seed(
        templates={**scripts, **generation},
        folders=tuple(dict.fromkeys((*_values(actions, ActionKind.FOLDER), *FURTHER_FOLDERS))),
        users=dict.fromkeys(_values(actions, ActionKind.FOLLOW_UP_USER), "Global Editor"),
        settings=SETTINGS,
    )


def make_candidates(random: Random, count: int) -> tuple[Candidate, ...]:
    """Return candidates in mixed stages, some of them interviewed."""
    return tuple(_candidate(random) for _ in range(count))


def _candidate(random: Random) -> Candidate:
    name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
    stage = random.choice(STAGES)
    spoken = stage in {"Call Completed", "Re-review", "Dispositioned"}
    answers = "\n".join(f"Candidate: {answer}" for answer in random.sample(ANSWERS, 2))
    scores: dict[str, JsonValue] = {"overall": random.randint(40, 98), "communication": random.randint(1, 5)}
    return Candidate(
        name=name,
        stage=stage,
        email=f"{name.split(maxsplit=1)[0].lower()}@candidates.example",
        stars=random.randint(1, 5) if spoken else None,
        interviews=(Interview(f"Morgan: Tell me about your last position.\n{answers}", scores),) if spoken else (),
    )


def _values(actions: Iterable[Action], kind: ActionKind) -> list[str]:
    return [str(action.value) for action in actions if action.kind is kind]
