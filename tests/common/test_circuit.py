"""A server that keeps failing is left alone for a while, and found again."""

from common.circuit import Circuit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_stays_closed_while_calls_succeed_between_failures() -> None:
    circuit = Circuit(failures=2)
    for _ in range(3):
        circuit.failed()
        circuit.succeeded()
    assert circuit.admit()
    assert not circuit.is_open


def test_after_failures_in_a_row_one_caller_a_pause_is_let_through() -> None:
    clock = Clock()
    circuit = Circuit(failures=2, pause=5.0, clock=clock)
    circuit.failed()
    circuit.failed()
    assert circuit.is_open
    assert not circuit.admit()
    clock.now = 5.0
    assert [circuit.admit(), circuit.admit()] == [True, False]
    circuit.succeeded()
    assert circuit.admit()
