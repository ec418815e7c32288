"""What a feed says of a product beyond our own columns."""

import re
from collections.abc import Iterator, Mapping

from db.imports.fields import parse_address, parse_text
from db.imports.mapping import field_name
from db.imports.report import BadField
from db.imports.rows import Value

# What Google's feeds and shops' exports hold for others than shoppers: delivery, advertising,
# taxes, and what the shop itself pays.
IGNORED = frozenset(
    {
        "ads_grouping",
        "ads_labels",
        "ads_redirect",
        "adult",
        "adwords_grouping",
        "adwords_labels",
        "adwords_redirect",
        "auto_pricing_min_price",
        "canonical_link",
        "carrier_shipping",
        "category_path_id",
        "channel",
        "checkout_link_template",
        "content_language",
        "cost_of_goods_sold",
        "cost_per_item",
        "custom_label_0",
        "custom_label_1",
        "custom_label_2",
        "custom_label_3",
        "custom_label_4",
        "disclosure_date",
        "excluded_destination",
        "external_seller_id",
        "feed_label",
        "free_shipping_threshold",
        "handle",
        "handling_cutoff_time",
        "identifier_exists",
        "included_destination",
        "installment",
        "lifestyle_image_link",
        "link_template",
        "loyalty_points",
        "loyalty_program",
        "max_handling_time",
        "maximum_retail_price",
        "min_handling_time",
        "mobile_link",
        "mobile_link_template",
        "pause",
        "promotion_id",
        "published",
        "return_policy_label",
        "sell_on_google_quantity",
        "shipping",
        "shipping_handling_business_days",
        "shipping_height",
        "shipping_label",
        "shipping_length",
        "shipping_weight",
        "shipping_width",
        "ships_from_country",
        "shopping_ads_excluded_country",
        "short_title",
        "subscription_cost",
        "target_country",
        "tax",
        "tax_category",
        "transit_time_label",
        "unit_pricing_base_measure",
        "updated",
        "url_handle",
        "video_link",
        "virtual_model_link",
    }
)
_DETAIL = re.compile(r"(?:[^:]*:)?\s*(?P<name>[^:]+?)\s*:\s*(?P<value>.+)", re.DOTALL)


def parse_attributes(values: Mapping[str, Value]) -> dict[str, Value]:
    """The attributes by name: a text or a list of texts each, none of them empty."""
    attributes: dict[str, Value] = {}
    for name, value in values.items():
        if name in IGNORED:
            continue
        if name in ("product_detail", "product_details"):
            attributes.update(_parse_details(value))
        elif name == "additional_image_link":
            if links := list(_parse_links(value)):
                attributes[name] = links
        elif isinstance(value, str):
            # That it is new is what everybody takes for granted.
            if (text := parse_text(value)) and (name, text.lower()) != ("condition", "new"):
                attributes[name] = text
        elif texts := [text for item in value if (text := parse_text(item))]:
            attributes[name] = texts
    return attributes


def _parse_details(value: Value) -> Iterator[tuple[str, str]]:
    """Google's `section:name:value` as attributes of their own."""
    for item in value.split(",") if isinstance(value, str) else value:
        if (detail := _DETAIL.fullmatch(item)) and (name := field_name(detail["name"])):
            yield name, parse_text(detail["value"])


def _parse_links(value: Value) -> Iterator[str]:
    for text in value.split(",") if isinstance(value, str) else value:
        try:
            if text.strip():
                yield parse_address(text)
        except BadField:
            continue
