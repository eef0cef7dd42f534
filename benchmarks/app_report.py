"""The figures of a run as tables: what the application did, what its peers did, and whether that is what was aimed at."""

from __future__ import annotations

from typing import Any

SEARCHES = ("title", "id", "letter", "pair", "nothing")
MOVES = ("page", "end", "home", "move")


def report(results: dict[str, Any]) -> None:
    """Print every figure of the programs that ran."""
    found = {name: entry["summary"] for name, entry in results.items()}
    for name, entry in results.items():
        for run in entry["runs"]:
            for error in run["errors"]:
                print(f"! {name}: {error}")
    _start(found)
    _keys(found)
    _aims(found)


def _start(found: dict[str, Any]) -> None:
    print(f"\n{'':<22} {'first rows, ms':>22} {'peak MB':>8}")
    for name, summary in found.items():
        start = summary["startup"].get("rows")
        shown = f"{start['p50']:6.0f} ({start['min']:.0f}-{start['max']:.0f})" if start else "-"
        print(f"{name:<22} {shown:>22} {summary['rss_mb']:>8.0f}")


def _keys(found: dict[str, Any]) -> None:
    heads = ("p50", "p95", "max")
    figures = " ".join(f"{head:>8}" for head in heads)
    print(f"\n{'key to settled screen':<22} {'kind':<12} {'n':>4} {figures}  {'medians of runs':>16} {'bytes':>10} cpu ms")
    for name, summary in found.items():
        for label, row in summary["keys"].items():
            reconcile = row.get("settle_ms")
            if reconcile is None:
                continue
            spread = row.get("run_medians")
            between = f"{spread['min']:.0f}-{spread['max']:.0f}" if spread else ""
            figures = f"{reconcile['p50']:8.1f} {reconcile['p95']:8.1f} {reconcile['max']:8.1f}"
            print(f"{name:<22} {label:<12} {row['n']:>4} {figures}  {between:>16}  {row['bytes']['p50']:>9.0f} {row['cpu_ms']['p50']:6.1f}")


def _aims(found: dict[str, Any]) -> None:
    print(f"\n{'aim':<62} {'measured':>9} {'at most':>8}")
    for size, fuzzy_p50 in (("100k", 0.8), ("1M", 0.25)):
        own, fzf, exact = (found.get(f"{kind} {size}") for kind in ("jobsync", "fzf", "fzf --exact"))
        if own is None or fzf is None or exact is None:
            continue
        if size == "100k":
            aim("100k: title p50 / fzf", _ratio(own, fzf, "title", "p50"), fuzzy_p50)
            aim("100k: title p50 / fzf --exact", _ratio(own, exact, "title", "p50"), 2.5)
            aim("100k: title p95 / fzf --exact", _ratio(own, exact, "title", "p95"), 1.0)
            continue
        for label in SEARCHES:
            part = 0.5 if label in {"pair", "nothing"} else fuzzy_p50
            aim(f"1M: {label} p50 / fzf", _ratio(own, fzf, label, "p50"), part)
            if part == fuzzy_p50:
                aim(f"1M: {label} p95 / fzf", _ratio(own, fzf, label, "p95"), 0.15)
    own, empty, small = found.get("jobsync 1M"), found.get("empty app"), found.get("jobsync 1k")
    lines = found.get("line-API app")
    if own is not None and lines is not None:
        for label in MOVES[:3]:
            aim(f"1M: {label} p95 / bare line-API app", _ratio(own, lines, label, "p95"), 2.0)
    if own is not None and empty is not None and small is not None:
        aim("1M: start / empty Textual app", _started(own) / _started(empty), 2.2)
        aim("1M: start / start at 1,000 jobs", _started(own) / _started(small), 1.1)
    if own is not None:
        aim("1M: bytes p50 a typed key", own["keys"]["title"]["bytes"]["p50"], 5000)
        aim("1M: bytes p50 a cursor move", own["keys"]["move"]["bytes"]["p50"], 1000)
    minute, busy = found.get("a minute at a million"), found.get("jobsync refreshing")
    if minute is not None:
        aim("1M: peak MB after a minute of typing", minute["rss_mb"], 120)
    if busy is not None and "busy" in busy["keys"]:
        aim("p95 ms of a key while 50,000 jobs are refreshed", busy["keys"]["busy"]["settle_ms"]["p95"], 100)


def _ratio(own: dict[str, Any], peer: dict[str, Any], label: str, part: str) -> float:
    mine: float = own["keys"][label]["settle_ms"][part]
    theirs: float = peer["keys"][label]["settle_ms"][part]
    return mine / theirs


def _started(summary: dict[str, Any]) -> float:
    milliseconds: float = summary["startup"]["rows"]["p50"]
    return milliseconds


def aim(what: str, measured: float, most: float) -> None:
    """Print one figure beside what was aimed at."""
    print(f"{what:<62} {measured:>9.2f} {most:>8g}{'' if measured <= most else '  MISSED'}")
