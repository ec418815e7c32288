import threading
import time

from common.courtesy import Courtesy


def test_work_goes_on_at_once_where_nobody_is_being_answered() -> None:
    began = time.monotonic()
    Courtesy().give_way()
    assert time.monotonic() - began < 0.5


def test_work_waits_until_the_last_answer_is_given() -> None:
    courtesy = Courtesy()
    given_way = threading.Event()
    worker = threading.Thread(target=lambda: (courtesy.give_way(), given_way.set()))
    with courtesy.answering():
        with courtesy.answering():
            worker.start()
        assert not given_way.wait(0.05)
    assert given_way.wait(5)
    worker.join()


def test_work_goes_on_in_the_end_where_somebody_is_always_being_answered() -> None:
    courtesy = Courtesy()
    with courtesy.answering():
        began = time.monotonic()
        courtesy.give_way()
    assert 0.1 < time.monotonic() - began < 10


def test_every_item_of_paced_work_comes_in_its_order() -> None:
    assert list(Courtesy().paced(range(250))) == list(range(250))


def test_paced_work_stands_still_while_somebody_is_being_answered() -> None:
    courtesy = Courtesy()
    with courtesy.answering():
        began = time.monotonic()
        assert len(list(courtesy.paced(range(250)))) == 250
    assert time.monotonic() - began > 0.2
