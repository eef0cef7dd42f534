"""Painting of what changed and nothing else.

Textual's own compositor renders every widget within the rectangle around all changes, and writes a changed line from the left edge of its
widget on. A typed key changes its echo at the top and a count at the right, which made that rectangle most of the screen; a thumb that
moves by a cell rewrote two lines. Rests on private names of Textual, which is pinned exactly; a test holds it to Textual's own picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Stretch(NamedTuple):
    """Cells of a line, from ``start`` to before ``end``."""

    start: int
    end: int

    def common(self, other: Stretch) -> Stretch | None:
        """Return the cells that lie in both."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Stretch(start, end) if start < end else None

    def without(self, other: Stretch) -> Iterator[Stretch]:
        """Give what is left of it to both sides of ``other``, which lies within it."""
        if self.start < other.start:
            yield Stretch(self.start, other.start)
        if other.end < self.end:
            yield Stretch(other.end, self.end)


Bare: TypeAlias = dict[int, list[Stretch]]
"""What is still to be painted, by line."""


class SpanCompositor(Compositor):
    """Renders the changed stretches of lines, of the widgets that show there."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return what is to be written, None where nothing changed."""
        screen = self.size.region
        changed = [region for each in self._dirty_regions if (region := each.intersection(screen))]
        self._dirty_regions.clear()
        if not changed:
            return None
        spans = list(self._regions_to_spans(changed))
        bare: Bare = {}
        for y, start, end in spans:
            bare.setdefault(y, []).append(Stretch(start, end))
        pieces: dict[int, dict[int, tuple[int, Strip]]] = {y: {} for y in bare}
        # The foremost comes first, and covers what lies behind it.
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            columns = Stretch(*shown.column_span)
            lines = [y for y in shown.line_range if any(stretch.common(columns) for stretch in bare.get(y, ()))]
            for y, strip in _rendered(widget, region, shown, lines):
                covered = [common for stretch in bare[y] if (common := stretch.common(columns))]
                for start, end in covered:
                    pieces[y][start] = (end, strip.crop(start - shown.x, end - shown.x))
                bare[y] = [rest for stretch in bare[y] for rest in _uncovered(stretch, columns)]
            if not any(bare.values()):
                break
        return _update(spans, pieces)


def _uncovered(stretch: Stretch, columns: Stretch) -> Iterator[Stretch]:
    common = stretch.common(columns)
    if common is None:
        yield stretch
    else:
        yield from stretch.without(common)


def _rendered(widget: Widget, region: Region, shown: Region, lines: Iterable[int]) -> Iterator[tuple[int, Strip]]:
    """Give lines of a widget, in the columns that are shown, neighbouring lines rendered at once."""
    for first, height in _runs(lines):
        crop = Region(shown.x - region.x, first - region.y, shown.width, height)
        yield from enumerate(widget.render_lines(crop), first)


def _runs(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Give ascending numbers as runs of neighbours: the first of each, and how many they are."""
    first: int | None = None
    last = -1
    for line in lines:
        if first is not None and line != last + 1:
            yield first, last + 1 - first
            first = None
        first = line if first is None else first
        last = line
    if first is not None:
        yield first, last + 1 - first


def _update(spans: list[tuple[int, int, int]], pieces: dict[int, dict[int, tuple[int, Strip]]]) -> ChopsUpdate:
    height = max(pieces) + 1
    chops: list[dict[int, Strip | None]] = [{} for _ in range(height)]
    ends: list[list[int]] = [[] for _ in range(height)]
    for y, found in pieces.items():
        for start, (end, strip) in sorted(found.items()):
            chops[y][start] = strip
            ends[y].append(end)
    return ChopsUpdate(chops, spans, ends)
