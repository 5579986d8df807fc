"""
What in a PDF file can make it show something else than it showed to its signer, without a change of the file.

Scripts, dynamic forms and content from elsewhere are signed like everything else, and yet what a reader sees depends on
the reader, the day or another file. A signature on such a file vouches for no one text (ETSI TS 119 102-1 leaves that
to the policy; Decree 30/2020 wants one content). Two answers:

* `moving`: what runs or changes by itself when the file is opened or shown: no such file is total-passed;
* `remarks`: what a person could switch (hidden layers): told, and no more.

Not here: fonts that are not embedded (every older file), links, scripts that run when a person clicks or types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbridge.verify.pdf_changes_graph import TooLarge, child, entry, members, place_of, resolved
from mailbridge.verify.pdf_shadow_drawn import draws_from_elsewhere

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

SCRIPT = "the file runs a script when it is opened, which can change what is shown"
ACTION = "the file does something when it is opened that can change what is shown"
DYNAMIC_FORM = "the file is a dynamic form (XFA), which each reader shows as its program says"
EXTERNAL = "the file shows content that lies outside of it"
PORTFOLIO = "the file is a portfolio, which some readers show as the files that it holds"
MOVING_LAYER = "the file has layers that come and go with the size or the language in which it is read"
UNSEEN = "the file has more pages and actions than can be looked through"
UNREAD = "what the file does when it is opened could not be read"
HIDDEN_LAYER = "the file has hidden layers, which a reader can switch on"

# As much as is looked at: pages with their pictures and annotations, actions, and what follows from them.
_MOST_STEPS = 20_000
# What does nothing but move the view.
_QUIET_ACTIONS = frozenset({"/GoTo", "/Named", "/Thread", "/Trans", "/URI"})
# Word processors and report writers ask to print, and set the zoom; this is all of it.
_QUIET_SCRIPT = re.compile(
    r"\s*(?:(?:this\s*\.\s*)?(?:print|zoom|zoomType|pageNum|layout)\s*(?:\([\w\s{},:.'\"]*\)|=\s*[\w.]+)\s*;?\s*)*"
)
_LONGEST_SCRIPT = 2_000
# Of what the reader's program, and not its owner, decides about a layer (ISO 32000-1 table 102).
_MOVING_USES = frozenset({"/Zoom", "/Language", "/User"})
_SWITCHES = (("/View", "/ViewState"), ("/Print", "/PrintState"), ("/Export", "/ExportState"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Shadow:
    """What can change by itself, and what a person can switch; sentences, the worst first."""

    moving: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def find_shadow(reader: PdfFileReader) -> Shadow:
    """Look for what can change the look of a file, as it is now; raises nothing but `MemoryError`."""
    moving: list[str] = []
    remarks: list[str] = []
    try:
        root = reader.root
        moving += _dynamic_form(root)
        for action in _opening_actions(root):
            moving += _judge_action(action)
        pages = list(_pages(root))
        for page in pages:
            moving += _on_page(page)
        if draws_from_elsewhere(pages):
            moving.append(EXTERNAL)
        if child(root, "/Collection") is not None:
            moving.append(PORTFOLIO)
        if _has_moving_layer(child(root, "/OCProperties")):
            moving.append(MOVING_LAYER)
        if _has_hidden_layer(child(root, "/OCProperties")):
            remarks.append(HIDDEN_LAYER)
    except MemoryError:
        raise
    except TooLarge:
        moving.append(UNSEEN)
    # A stranger's file: pyHanko answers a broken one with a dozen kinds of exceptions, and each means the same.
    except Exception:  # noqa: BLE001
        remarks.append(UNREAD)
    return Shadow(moving=tuple(dict.fromkeys(moving)), remarks=tuple(remarks))


def _dynamic_form(root: Any) -> Iterator[str]:
    # A form with /XFA beside ordinary pages is shown by these; only this key hands the pages over to the program.
    rendering = child(root, "/NeedsRendering")
    if child(child(root, "/AcroForm"), "/XFA") is not None and rendering is not None and bool(rendering.value):
        yield DYNAMIC_FORM


def _opening_actions(root: Any) -> Iterator[Any]:
    """Return the actions of the catalog that need nobody's hand (ISO 32000-1 §12.6.3, §7.7.4)."""
    yield entry(root, "/OpenAction")
    for key in ("/WS", "/DS", "/WP", "/DP"):
        yield entry(child(root, "/AA"), key)
    yield from _leaves(entry(child(root, "/Names"), "/JavaScript"))


def _leaves(tree: Any) -> Iterator[Any]:
    """Go through the values of a name tree (ISO 32000-1 §7.9.6)."""
    waiting, steps = [tree], 0
    while waiting:
        node = waiting.pop()
        steps += 1
        if steps > _MOST_STEPS:
            raise TooLarge
        yield from members(entry(resolved(node), "/Names"))[1::2]
        waiting += members(entry(resolved(node), "/Kids"))


def _judge_action(action: Any) -> Iterator[str]:
    """Judge an action and those that follow it; a destination instead of an action does nothing."""
    from pyhanko.pdf_utils.generic import DictionaryObject

    waiting, seen, steps = [action], set[tuple[int, int]](), 0
    while waiting:
        reference = waiting.pop()
        node, place = resolved(reference), place_of(reference)
        steps += 1
        if steps > _MOST_STEPS:
            raise TooLarge
        if not isinstance(node, DictionaryObject) or place in seen:
            continue
        if place is not None:
            seen.add(place)
        following = entry(node, "/Next")
        waiting += members(following) or [following]
        kind = child(node, "/S")
        if kind == "/JavaScript":
            if not _is_quiet(child(node, "/JS")):
                yield SCRIPT
        elif kind is not None and kind not in _QUIET_ACTIONS:
            yield ACTION


def _is_quiet(script: Any) -> bool:
    from pyhanko.pdf_utils.generic import StreamObject

    if isinstance(script, StreamObject):
        text = bytes(script.data).decode("latin-1")
    else:
        text = str(script or "")
    return len(text) <= _LONGEST_SCRIPT and _QUIET_SCRIPT.fullmatch(text) is not None


def _pages(root: Any) -> Iterator[Any]:
    waiting, seen, steps = [entry(root, "/Pages")], set[tuple[int, int]](), 0
    while waiting:
        reference = waiting.pop()
        place = place_of(reference)
        steps += 1
        if steps > _MOST_STEPS:
            raise TooLarge
        if place in seen:
            continue
        if place is not None:
            seen.add(place)
        node = resolved(reference)
        kids = members(entry(node, "/Kids"))
        waiting += reversed(kids)
        if not kids:
            yield node


def _on_page(page: Any) -> Iterator[str]:
    for key in ("/O", "/C"):
        yield from _judge_action(entry(child(page, "/AA"), key))
    for reference in members(entry(page, "/Annots")):
        own = child(resolved(reference), "/AA")
        for key in ("/PO", "/PC", "/PV", "/PI"):
            yield from _judge_action(entry(own, key))


def _has_moving_layer(properties: Any) -> bool:
    """Say whether readers switch any layer by themselves, by what each of them is set to (ISO 32000-1 §8.11.4.4)."""
    uses = members(entry(child(properties, "/D"), "/AS"))
    return any(resolved(each) in _MOVING_USES for use in uses for each in members(entry(resolved(use), "/Category")))


def _has_hidden_layer(properties: Any) -> bool:
    """Say whether any layer is hidden as the file is opened, on paper or on the screen (ISO 32000-1 §8.11.4.3)."""
    default = child(properties, "/D")
    layers = members(entry(properties, "/OCGs"))
    if entry(default, "/AS") is not None:
        usages = [child(resolved(each), "/Usage") for each in layers]
        if any(child(child(usage, use), state) == "/OFF" for usage in usages for use, state in _SWITCHES):
            return True
    if child(default, "/BaseState") == "/OFF":
        shown = {place_of(each) for each in members(entry(default, "/ON"))}
        return any(place_of(each) not in shown for each in layers)
    return bool(members(entry(default, "/OFF")))
