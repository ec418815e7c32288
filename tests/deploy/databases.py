"""The databases that the container's script makes, on the server of the tests, under own names."""

import re
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import URL

from tests.conftest import run_on
from tests.deploy.compose import DOTENV, ROOT

SCRIPT = ROOT / "deploy" / "postgres" / "databases.sql"


@dataclass(frozen=True)
class Databases:
    """Where they are, by the names that the script gives them."""

    admin: URL
    role: str
    urls: Mapping[str, URL]


@contextmanager
def made_on(server: URL) -> Iterator[Databases]:
    """Run the script as a superuser of its own, for it takes that one's password away."""
    role = f"sk_deploy_{uuid.uuid4().hex[:8]}"
    names = {"shopkeeper": role, "rasa": f"{role}_rasa"}
    admin, password = f"{role}_admin", uuid.uuid4().hex
    run_on(server, f"CREATE ROLE {admin} SUPERUSER LOGIN PASSWORD '{password}'")
    try:
        # Only names change hands; the words around them stay as they are.
        script = re.sub(r"\b(shopkeeper|rasa)\b", lambda found: names[found[0]], SCRIPT.read_text())
        subprocess.run(
            [
                *("psql", f"--host={server.host}", f"--port={server.port or 5432}"),
                *(f"--username={admin}", "--dbname=postgres", "--quiet", "--file=-"),
            ],
            input=script,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PGPASSWORD": password, **DOTENV},
            text=True,
            check=True,
            capture_output=True,
        )
        own = server.set(username=role, password=DOTENV["POSTGRES_PASSWORD"])
        yield Databases(server, role, {name: own.set(database=names[name]) for name in names})
    finally:
        for name in names.values():
            run_on(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        run_on(server, f"DROP ROLE IF EXISTS {role}")
        run_on(server, f"DROP ROLE {admin}")
