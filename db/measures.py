"""The pool of database connections, as numbers for /metrics."""

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool


def watch_pool(engine: Engine, registry: CollectorRegistry) -> None:
    """Show how many connections are in use, and how many there may be at once.

    A pool that is always full makes turns wait before they have asked anything.
    """
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        return
    used = Gauge("db_connections_in_use", "Connections that work right now.", registry=registry)
    used.set_function(pool.checkedout)
    limit = Gauge("db_connections_limit", "Connections that may be open.", registry=registry)
    limit.set(pool.size() + pool._max_overflow)
