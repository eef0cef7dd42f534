from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsync_tui.backend.settings.locate import KeyPath, key_lines, line_of

TEXT = '''\
# heading
top = 1
"quoted key" = 2

[plain]
text = """
several
[[not.a.table]]
""" # comment with = and [
literal = \'\'\'
x = 1
\'\'\'
list = [
  1, # one
  "two ] ,",

  { inner = 3, deep = { deeper = 4 } },
]
after = "x # y"

[[items]]
id = "a"

[items.sub]
key = 1

[[items]]
dotted.key = { a = 1, "b c" = [1,
 2] }

[[items.parts]]
n = 1
[[items.parts]]
n = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("plain",), 5),
        (("plain", "text"), 6),
        (("plain", "literal"), 10),
        (("plain", "list"), 13),
        (("plain", "list", 0), 14),
        (("plain", "list", 1), 15),
        (("plain", "list", 2), 17),
        (("plain", "list", 2, "deep", "deeper"), 17),
        (("plain", "after"), 19),
        (("items", 0), 21),
        (("items", 0, "id"), 22),
        (("items", 0, "sub", "key"), 25),
        (("items", 1), 27),
        (("items", 1, "dotted", "key", "b c", 1), 29),
        (("items", 1, "parts", 1, "n"), 34),
    ],
)
def test_each_key_has_its_line(path: KeyPath, line: int) -> None:
    tomllib.loads(TEXT)
    assert key_lines(TEXT)[path] == line


def test_a_missing_key_has_the_line_of_its_table() -> None:
    assert line_of(("items", 1, "name"), key_lines(TEXT)) == 27
    assert line_of(("nowhere",), key_lines(TEXT)) == 1


keys = st.text("abc_-9", min_size=1, max_size=4)
values = st.recursive(
    st.integers(0, 99) | st.booleans() | st.text("ab #[]{}=,.'\n", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\n", "\\n") + '"' if "'" in value or "\n" in value else f"'{value}'"
    if isinstance(value, list):
        return "[\n" + "".join(f" {written(each)}, # one, ]\n" for each in value) + "]"
    assert isinstance(value, dict)
    return "{ " + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + " }"


def paths_in(value: object, at: KeyPath) -> set[KeyPath]:
    if isinstance(value, dict):
        return {at} | {path for key, each in value.items() for path in paths_in(each, (*at, key))}
    if isinstance(value, list):
        return {at} | {path for index, each in enumerate(value) for path in paths_in(each, (*at, index))}
    return {at}


@given(st.dictionaries(keys, st.dictionaries(keys, values, max_size=3), max_size=3))
def test_every_key_of_any_document_is_found(document: dict[str, dict[str, object]]) -> None:
    text = "".join(
        f"\n[{table}]\n" + "".join(f"{key} = {written(value)}\n" for key, value in pairs.items()) for table, pairs in document.items()
    )
    assert tomllib.loads(text) == document

    lines = key_lines(text)

    assert set(lines) == paths_in(document, ()) - {()}
    for (table, *rest), line in lines.items():
        if len(rest) == 1:
            assert text.split("\n")[line - 1].startswith(f"{rest[0]} = ")
        if not rest:
            assert text.split("\n")[line - 1] == f"[{table}]"
