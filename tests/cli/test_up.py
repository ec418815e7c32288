import socket
from pathlib import Path

import pytest

from cli.up import check_ports
from common.errors import ConfigurationError
from common.settings import Settings


def test_a_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {taken} is in use"):
            check_ports(Settings(home=tmp_path, port=taken))
