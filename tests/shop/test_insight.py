"""What is told of moods, and when it is an alert."""

from datetime import UTC, datetime, timedelta

from shop.insight import Said, compare_moods

SINCE = datetime(2026, 11, 14, tzinfo=UTC)


def said(count: int, *, score: float, days: int, country: str | None = "DE") -> list[Said]:
    """So many messages about returns, days before or after."""
    return [Said("c", SINCE + timedelta(days=days), "return_item", score, country)] * count


def test_a_topic_that_feels_much_worse_than_before_is_a_surge() -> None:
    messages = said(20, score=0.1, days=-3) + said(20, score=-0.5, days=2)

    (topic,), (surge,) = compare_moods(messages, since=SINCE, kind="topic")
    (country,), (second,) = compare_moods(messages, since=SINCE, kind="country")

    assert (topic.name, topic.count, topic.mood, topic.before) == ("return_item", 20, -0.5, 0.1)
    assert (surge.kind, surge.name, surge.mood) == ("topic", "return_item", -0.5)
    assert (country.name, second.kind) == ("DE", "country")


def test_a_few_unhappy_messages_are_no_surge() -> None:
    messages = said(20, score=0.1, days=-3) + said(5, score=-0.9, days=2)

    assert compare_moods(messages, since=SINCE, kind="topic")[1] == []


def test_what_always_felt_bad_is_no_surge_either() -> None:
    messages = said(20, score=-0.5, days=-3) + said(20, score=-0.55, days=2)

    assert compare_moods(messages, since=SINCE, kind="topic")[1] == []


def test_too_little_said_before_is_nothing_to_compare_with() -> None:
    messages = said(9, score=0.5, days=-3) + said(30, score=-0.9, days=2)

    (topic,), surges = compare_moods(messages, since=SINCE, kind="topic")

    assert (topic.before, surges) == (None, [])


def test_guests_are_of_no_country() -> None:
    assert compare_moods(said(3, score=0, days=1, country=None), since=SINCE, kind="country") == (
        [],
        [],
    )
