"""Who hears what."""

from gateway.hub import Hub


def test_a_listener_hears_its_conversation_and_no_other() -> None:
    hub = Hub()
    with hub.listen("a") as one, hub.listen("a") as two, hub.listen("b") as other:
        hub.publish("a", {"type": "state"})

        assert one.get_nowait() == two.get_nowait() == {"type": "state"}
        assert other.empty()


def test_one_who_left_hears_nothing() -> None:
    hub = Hub()
    with hub.listen("a") as frames:
        pass

    hub.publish("a", {"type": "state"})

    assert frames.empty()


def test_one_who_falls_behind_is_let_go_and_the_others_stay() -> None:
    hub = Hub(most_behind=2)
    with hub.listen("a") as slow, hub.listen("a") as quick:
        for number in range(4):
            hub.publish("a", {"number": number})
            assert quick.get_nowait() == {"number": number}

        assert [slow.get_nowait() for _ in range(3)] == [{"number": 0}, {"number": 1}, None]
        assert slow.empty()
