"""Which function answers for which action of the domain."""

from collections.abc import Callable, Mapping

from actions import cart, comparison, consent, detail, fallback, faq, orders, recommendation, search
from actions.turn import Turn

Answer = Callable[[Turn], None]

ACTIONS: Mapping[str, Answer] = {
    "action_search_products": search.search_products,
    "action_refine_search": detail.refine_or_point,
    "action_show_more": search.show_more,
    "action_describe_product": detail.describe_product,
    "action_compare_products": comparison.compare_products,
    "action_recommend_products": recommendation.recommend_products,
    "action_find_similar": recommendation.find_similar,
    "action_like_product": recommendation.like_product,
    "action_dislike_product": recommendation.dislike_product,
    "action_answer_faq": faq.answer_faq,
    "action_add_to_cart": cart.add_to_cart,
    "action_track_order": orders.track_order,
    "action_take_yes": consent.take_yes,
    "action_take_no": consent.take_no,
    "action_decline_topic": fallback.decline_topic,
    "action_fallback": fallback.fall_back,
}
