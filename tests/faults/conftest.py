"""The gateway of tests/gateway, while what it stands on gives way."""

from tests.gateway.conftest import gateway, patience, settings

__all__ = ["gateway", "patience", "settings"]
