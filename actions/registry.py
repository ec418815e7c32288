"""Which function answers for which action of the domain."""

from collections.abc import Callable, Mapping

from actions import (
    alerts,
    cart,
    cart_changes,
    comparison,
    consent,
    fallback,
    faq,
    order_requests,
    orders,
    person,
    privacy,
    product_questions,
    recommendation,
    refinement,
    search,
)
from actions.turn import Turn
from actions.which import or_which
from actions.why import or_why

Answer = Callable[[Turn], None]

ACTIONS: Mapping[str, Answer] = {
    "action_search_products": or_which(search.search_products),
    "action_refine_search": or_which(refinement.refine_or_point),
    "action_show_more": search.show_more,
    "action_describe_product": or_why(product_questions.describe_product),
    "action_compare_products": comparison.compare_products,
    "action_recommend_products": or_why(recommendation.recommend_products),
    "action_find_similar": recommendation.find_similar,
    "action_like_product": or_which(recommendation.like_product),
    "action_dislike_product": or_why(recommendation.dislike_product),
    "action_answer_faq": faq.answer_faq,
    "action_add_to_cart": cart.add_to_cart,
    "action_remove_from_cart": cart_changes.remove_from_cart,
    "action_view_cart": cart.view_cart,
    "action_checkout": cart.check_out_cart,
    "action_track_order": orders.track_order,
    "action_cancel_order": order_requests.cancel_order,
    "action_change_order": order_requests.change_order,
    "action_return_item": order_requests.return_item,
    "action_ask_refund": orders.ask_refund,
    "action_take_yes": consent.take_yes,
    "action_take_no": consent.take_no,
    "action_subscribe_alert": alerts.subscribe_alert,
    "action_answer_privacy": privacy.answer_privacy,
    "action_apologise": person.apologise,
    "action_decline_topic": or_why(fallback.decline_topic),
    "action_fallback": or_why(or_which(fallback.fall_back)),
}
