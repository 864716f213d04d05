"""From elements of a page to others, as scripts go there: to what is around, beside or inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from selectolax.lexbor import LexborNode

from classifiers.elements import element_beside
from classifiers.selectors import Budget, beside, face_of, selector

_MOST = 50  # elements that a step leads to
_CLIMBED = 20  # elements around one
_LOOKED_AT = 300  # elements inside one
_TRIED = 500  # comparisons for one element


def reached(nodes: Iterable[LexborNode], steps: Sequence[tuple[str, str]]) -> list[LexborNode]:
    """The elements that the steps lead to, one after another; each step has a name and what it is given."""
    found = list(nodes)
    for name, given in steps:
        found = list(islice((each for node in found for each in _step(node, name, given)), _MOST))
        if name in ("first", "last"):
            found = found[:1] if name == "first" else found[-1:]
    return found


def _step(node: LexborNode, name: str, given: str) -> Iterator[LexborNode]:
    if name in ("closest", "parents"):
        yield from islice((each for each in _around(node, name) if _is(each, given)), 1)
    elif name.startswith("parent"):
        yield from islice(_around(node, name), 1)
    elif name.startswith(("next", "prev")):
        way = "next" if name.startswith("next") else "prev"
        near = element_beside(getattr(node, way), way)
        yield from [near] if near is not None and near.is_element_node else []
    elif name in ("find", "querySelector"):
        inside = islice((each for each in node.traverse() if each.is_element_node), _LOOKED_AT)
        yield from (each for each in inside if each.mem_id != node.mem_id and _is(each, given))
    elif name in ("first", "last"):
        yield node
    else:
        yield from _inside(node, name, given)


def _around(node: LexborNode, name: str) -> Iterator[LexborNode]:
    """What is around it, nearest first; ``closest`` begins with the element itself."""
    near = node if name == "closest" else node.parent
    for _ in range(_CLIMBED):
        if near is None or near.tag in ("body", "html", "-undef"):
            return
        yield near
        near = near.parent


def _inside(node: LexborNode, name: str, given: str) -> Iterator[LexborNode]:
    """One of its children, or all of them."""
    child = node.child
    children = [] if child is None else [each for each in (child, *beside(child, "next")) if each.is_element_node]
    if name.startswith("last"):
        yield from children[-1:]
    elif name.startswith("first"):
        yield from children[:1]
    elif given.isdecimal():
        yield from children[int(given) : int(given) + 1]
    else:
        yield from (each for each in children if not given or _is(each, given))


def _is(node: LexborNode, wanted: str) -> bool:
    known = selector(wanted.strip())
    return known is not None and not known.depends and known.last.fits(face_of(node), node, Budget(_TRIED))
