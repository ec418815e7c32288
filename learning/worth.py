"""Which messages are worth a person's look first, and which are alike enough for one label.

Asking for the least sure message alone does badly while little is labelled: it asks for odd ones
and for the same thing many times over (Hacohen et al. 2022, "Active Learning on a Budget"). So a
message counts for what its label would settle: the doubt of everything near to it that no label
settles yet. Taken one by one, the best first, that is the greedy maximum of a facility location
weighted by doubt, a submodular function (Wei et al. 2015, "Submodularity in Data Subset Selection
and Active Learning").
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.hygiene import fold

Floats = NDArray[np.floating[Any]]

# Below this the bot itself should not have believed what it took a message for.
UNSURE = 0.5
# So near to each other are two intents that either may be meant.
NEAR = 0.15
# A message that no labelled one comes nearer to than this is of a new kind, if others are like it.
STRANGE = 0.5
KIN = 0.6
FEWEST_OF_A_KIND = 3
# As near as two wordings of one wish: nearer ones meant the same on Powerplay11's training rows,
# at 0.8 one in twenty did not. A wrong label costs more than a click.
ALIKE = 0.85

# What people showed weighs like so many messages of which the bot knows nothing.
_SHOWN = {"thumbs_down": 2.0, "taken_over": 1.5, "fallback": 0.5, "negative": 0.5}
# The cosine to this power is how much one message's label says of another. Anything from 2 to 8 did
# as well on Powerplay11 and on Curekart's training rows; much higher is uncertainty alone again.
_REACH = 4
# Beyond so many, only the most doubtful are weighed against each other: it takes their square.
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Seen:
    """One message that nobody has labelled.

    Attributes:
        message: its id.
        text: what was said.
        intent: what it was taken for.
        confidence: the probability of that.
        margin: how much more likely that was than the next.
        out_of_scope: the probability that it is of no known kind.
        fallback: the bot said that it did not understand.
        thumbs_down: the shopper marked the answer as bad.
        negative: the shopper was angry or disappointed.
        taken_over: a person answered instead.
        embedding: its sentence vector [width] of length 1; None where there is none.
    """

    message: str
    text: str
    intent: str
    confidence: float
    margin: float
    out_of_scope: float
    fallback: bool = False
    thumbs_down: bool = False
    negative: bool = False
    taken_over: bool = False
    embedding: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """How much a look at one message is worth.

    Attributes:
        message: its id.
        score: about how many doubtful messages its label settles; nothing is worth 0.
        reasons: codes, the weightiest first: thumbs_down, taken_over, fallback, new_cluster,
            low_confidence, near_two, negative.
    """

    message: str
    score: float
    reasons: tuple[str, ...]


def worth_a_look(seen: Sequence[Seen], *, labelled: Floats | None = None) -> list[Worth]:
    """Order messages by what a label for them would settle, the most first.

    Args:
        seen: messages without a label.
        labelled: sentence vectors [rows, width] of what has a label already, of length 1.

    Returns:
        All of them; equals stay in the order in which they came.
    """
    if not seen:
        return []
    vectors = _vectors(seen)
    covered = _nearest(vectors, labelled)
    doubts = np.array([_doubt(each) for each in seen])
    shown = np.array([_weight_shown(each) for each in seen])
    strange = _strange(vectors, covered)
    picked = np.argsort(-(doubts + shown), kind="stable")[:_MOST]
    order, gains = _settle(vectors[picked], doubts[picked], shown[picked], covered[picked])
    found = [
        Worth(seen[n].message, round(float(gain), 4), _reasons(seen[n], new=bool(strange[n])))
        for n, gain in zip(picked[order], gains, strict=True)
    ]
    rest = np.argsort(-(doubts + shown), kind="stable")[_MOST:]
    return found + [
        Worth(seen[n].message, 0.0, _reasons(seen[n], new=bool(strange[n]))) for n in rest
    ]


def alike(seen: Sequence[Seen]) -> list[list[str]]:
    """Group messages that one label probably fits, for a person to label in one go.

    Same wordings belong together whatever the bot took them for. Beyond that a message joins the
    first group whose first message it is near to, if it was taken for the same.

    Returns:
        Ids; every message is in one group, and groups stand where their first message stood.
    """
    groups: list[list[int]] = []
    wordings: dict[str, int] = {}
    by_intent: defaultdict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(seen):
        wording = fold(each.text)
        group = wordings.get(wording) if wording else None
        if group is None:
            group = _nearest_group(each, by_intent[each.intent], groups, seen)
        if group is None:
            group = len(groups)
            groups.append([])
            by_intent[each.intent].append(group)
        groups[group].append(place)
        if wording:
            wordings.setdefault(wording, group)
    return [[seen[place].message for place in group] for group in groups]


def _nearest_group(
    each: Seen, candidates: Sequence[int], groups: Sequence[Sequence[int]], seen: Sequence[Seen]
) -> int | None:
    """Of groups with the same intent, the one whose first message is nearest, if near enough."""
    best, nearest = None, ALIKE
    for group in candidates:
        first = seen[groups[group][0]].embedding
        if each.embedding is not None and first is not None:
            cosine = float(each.embedding @ first)
            if cosine >= nearest:
                best, nearest = group, cosine
    return best


def _vectors(seen: Sequence[Seen]) -> Floats:
    """Sentence vectors [messages, width]; zeros, like to nothing, where there is none."""
    width = next((len(each.embedding) for each in seen if each.embedding is not None), 1)
    blank = np.zeros(width, dtype=np.float32)
    return np.stack([blank if each.embedding is None else each.embedding for each in seen])


def _nearest(vectors: Floats, labelled: Floats | None) -> Floats:
    """The cosine to the nearest labelled row [messages]; 0 where there is none."""
    if labelled is None or not len(labelled) or not vectors.any():
        return np.zeros(len(vectors))
    return np.asarray(np.clip((vectors @ labelled.T).max(1), 0.0, 1.0))


def _doubt(each: Seen) -> float:
    """How little the bot knew, 0 to 1."""
    unsure = 1.0 - min(max(each.margin, 0.0), 1.0)
    return max(unsure, min(max(each.out_of_scope, 0.0), 1.0))


def _weight_shown(each: Seen) -> float:
    """What the shopper or a colleague showed by what they did."""
    return sum(weight for name, weight in _SHOWN.items() if getattr(each, name))


def _strange(vectors: Floats, covered: Floats) -> NDArray[np.bool_]:
    """Which messages are far from every label and have others like them [messages]."""
    far = covered < STRANGE
    found = np.zeros(len(vectors), dtype=bool)
    places = np.flatnonzero(far)[:_MOST]
    if len(places):
        near = (vectors[places] @ vectors[places].T) >= KIN
        found[places] = near.sum(1) >= FEWEST_OF_A_KIND
    return found


def _settle(
    vectors: Floats, doubts: Floats, shown: Floats, covered: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """Take the message that settles most, then what settles most of what is left, to the end.

    Returns:
        Their places in that order, and what each settled when it was taken; never rising.
    """
    says = np.clip(vectors @ vectors.T, 0.0, 1.0) ** _REACH
    np.fill_diagonal(says, 1.0)
    known = covered**_REACH
    # What a message settles only falls as others are taken, so an old figure is an upper bound
    # (Minoux 1978, "Accelerated greedy algorithms"): few need to be worked out anew.
    bounds = shown + np.maximum(says - known[None], 0.0) @ doubts
    queue = [(-float(bound), place) for place, bound in enumerate(bounds)]
    heapq.heapify(queue)
    order: list[int] = []
    gains: list[float] = []
    while queue:
        _, place = heapq.heappop(queue)
        gain = float(shown[place] + np.maximum(says[place] - known, 0.0) @ doubts)
        if queue and (-gain, place) > queue[0]:
            heapq.heappush(queue, (-gain, place))
            continue
        order.append(place)
        gains.append(gain)
        known = np.maximum(known, says[place])
    return np.array(order, dtype=np.intp), np.array(gains)


def _reasons(each: Seen, *, new: bool) -> tuple[str, ...]:
    applies = {
        "thumbs_down": each.thumbs_down,
        "taken_over": each.taken_over,
        "fallback": each.fallback,
        "new_cluster": new,
        "low_confidence": each.confidence < UNSURE,
        "near_two": each.margin < NEAR,
        "negative": each.negative,
    }
    return tuple(name for name, holds in applies.items() if holds)
