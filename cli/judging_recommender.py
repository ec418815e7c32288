"""`shopkeeper models judge recommender`: a candidate beside what ranks now, on last steps.

Neither model learnt these steps; neighbours are counted anew without them for both, since a stored
count has them all.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cli.training import Progressing
from common.model_shelf import current_model, find_model
from common.settings import Settings
from db.engine import make_engine, session_factory

if TYPE_CHECKING:
    from learning.gate import Check
    from recommender.sequence.histories import Histories
    from recommender.sequence.sources import Shop

# Relative to the figure itself.
_MARGIN = 0.02
_MOST_JUDGED = 5000
_CUT = 10


def judge_recommender(
    settings: Settings, name: str, *, progress: Progressing | None = None
) -> dict[str, Any]:
    """Hold a candidate against what ranks now, and write its report beside it.

    Args:
        settings: of the shop.
        name: of the candidate.
        progress: told which part is under way.

    Returns:
        The report.

    Raises:
        UnknownModel: there is no such candidate.
        SequenceModelError: a model is damaged or another shop's.
        TrainingDataError: the shop has no products.
    """
    import json

    from learning.gate import judge
    from learning.registry import name_in_use
    from learning.report import build, write
    from recommender.sequence.sources import read_shop
    from recommender.sequence.storage import CARD

    progress = progress or Progressing(None)
    shelf = settings.models / "recommender"
    folder, in_use, beside = find_model(shelf, name), current_model(shelf), name_in_use(shelf)
    progress.tell("read", 0, 3)
    shop = read_shop(settings)
    several = shop.histories.choose(np.flatnonzero(shop.histories.lengths >= 2))
    if len(several):
        learn, targets = several.split_last()
        asked = np.sort(np.random.default_rng(7).permutation(len(learn))[:_MOST_JUDGED])
        progress.tell("read", 1, 3)
        plain = _counted(learn, shop)
        now = _scores(in_use, learn, shop) if in_use else plain
        candidate = _scores(folder, learn, shop)
        counted, before, after = (
            _gains(each, learn.choose(asked), targets[asked]) for each in (plain, now, candidate)
        )
        progress.tell("read", 2, 3)
        policy = [_policy(settings, shop, in_use=now, candidate=candidate)]
    else:
        counted = before = after = np.zeros(0)
        policy = []
    checks = [*_checks(before, after, counted), *policy]
    verdict = judge(checks)
    report = build(
        folder,
        verdict,
        kind="recommender",
        beside=beside,
        card=json.loads((folder / CARD).read_text()),
        headline={"ndcg@10": float(after.mean()) if len(after) else 0.0},
    )
    write(folder, report)
    return report


def _checks(
    before: NDArray[np.float64], after: NDArray[np.float64], counted: NDArray[np.float64]
) -> "list[Check]":
    from learning.gate import kept_up, means_not_worse

    beside = _MARGIN * float(before.mean()) if len(before) else 0.0
    most, plain = (float(each.mean()) if len(each) else None for each in (after, counted))
    return [
        means_not_worse(
            "ndcg",
            before.tolist(),
            after.tolist(),
            margin=beside,
            detail=f"NDCG@{_CUT} on shoppers' last steps.",
        ),
        kept_up(
            "neighbours",
            plain,
            most,
            margin=_MARGIN * (plain or 0.0),
            detail=f"NDCG@{_CUT} of plain counting, and of the candidate.",
        ),
    ]


def _scores(folder: Path, learn: "Histories", shop: "Shop") -> Any:
    """A stored model with neighbours that do not know the steps it is asked for."""
    from recommender.sequence.mixture import Mixture
    from recommender.sequence.neighbours import Neighbours
    from recommender.sequence.storage import load, read_card

    card = read_card(folder)
    sequence = load(folder, item_ids=shop.item_ids, texts=shop.texts, encoder=shop.encoder)
    if card.nearness is None:
        return sequence
    items = len(shop.item_ids)
    neighbours = Neighbours.count(learn, items=items, nearness=card.nearness)
    return Mixture(sequence, neighbours, share=card.share)


def _counted(learn: "Histories", shop: "Shop") -> Any:
    """What ranks where no model was promoted: neighbours alone."""
    from recommender.foresight import IN_SHOP
    from recommender.sequence.neighbours import Neighbours

    return Neighbours.count(learn, items=len(shop.item_ids), nearness=IN_SHOP)


def _gains(
    score_all: Any, histories: "Histories", targets: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What each shopper's last step adds to the NDCG."""
    from recommender.sequence.evaluation import ranks

    places = ranks(score_all, histories, targets)
    return np.where(places < _CUT, 1 / np.log2(places + 2), 0.0)


def _policy(settings: Settings, shop: "Shop", *, in_use: Any, candidate: Any) -> "Check":
    """What both would have earned on places that chance filled."""
    from cli.judging_policy import chances, compare_policies, read_drawn
    from recommender.sequence.neighbours import Neighbours

    engine = make_engine(settings.database_url, pool_size=1)
    try:
        with session_factory(engine)() as session:
            drawn = read_drawn(session)
    finally:
        engine.dispose()
    row_of = {item_id: row for row, item_id in enumerate(shop.item_ids)}
    before, after = (
        chances(model, drawn, row_of, counted=isinstance(model, Neighbours))
        for model in (in_use, candidate)
    )
    return compare_policies(drawn, before, after)
