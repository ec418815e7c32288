#!/usr/bin/env python3
"""Do we depend on anything with a known vulnerability? Asks OSV for Python, npm's registry for web.

    scripts/audit.py

Exit codes: 0 nothing is known, or what is known is accepted in scripts/audit.toml, or the services
cannot be reached (which is said); 1 something is known that is not accepted.

A service is believed only where it knows an old, famous vulnerability: a mirror that answers
"nothing known" to everything would otherwise pass for one.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 5.0
WHOLE_S = 120.0
OSV = os.environ.get("SHOPKEEPER_OSV_URL", "https://api.osv.dev/v1/query")
NPM = os.environ.get("SHOPKEEPER_NPM_URL", "https://registry.npmjs.org").rstrip("/")
FAMOUS_PYTHON = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.10"}
FAMOUS_NODE = {"minimist": ["0.0.8"]}


@dataclass(frozen=True)
class Finding:
    """A package in use, and what is known against it."""

    environment: str
    package: str
    version: str
    id: str
    aliases: tuple[str, ...] = ()
    fixed_in: str = ""

    def __str__(self) -> str:
        fixed = f", fixed in {self.fixed_in}" if self.fixed_in else ""
        return f"{self.environment}: {self.package} {self.version}: {self.id}{fixed}"


class Unreachable(Exception):
    """The service did not answer, or knows nothing."""


def main() -> int:
    """Audit all three environments; say what is known and what could not be asked."""
    accepted = tomllib.loads((ROOT / "scripts" / "audit.toml").read_text())["accepted"]
    bad = False
    for name, audit in (
        ("main", lambda: audit_python("main", ROOT / "constraints.txt")),
        ("bot", lambda: audit_python("bot", ROOT / "bot" / "constraints.txt")),
        ("web", audit_web),
    ):
        try:
            findings = sorted(set(audit()), key=str)
        except Unreachable as problem:
            say(f"{name}: not reachable, skipped ({problem})")
            continue
        open_ones = [finding for finding in findings if reason_for(finding, accepted) is None]
        say(f"{name}: {len(open_ones)} open, {len(findings) - len(open_ones)} accepted")
        for finding in findings:
            reason = reason_for(finding, accepted)
            say(f"  {finding}" + (f" (accepted: {reason})" if reason else ""))
        bad |= bool(open_ones)
    if bad:
        say("Move what is open to a fixed version, or accept it in scripts/audit.toml: say why.")
    return int(bad)


def audit_python(environment: str, constraints: Path) -> Iterator[Finding]:
    """What OSV knows against the pinned packages, asked by pip-audit.

    Raises:
        Unreachable: it cannot be asked.
    """
    if not post(OSV, FAMOUS_PYTHON).get("vulns"):
        raise Unreachable(f"{OSV} knows nothing")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(sys.executable, "-m", "pip_audit", "--requirement", str(constraints)),
            *("--no-deps", "--disable-pip", "--vulnerability-service", "osv", "--osv-url", OSV),
            *("--format", "json", "--output", str(report), "--progress-spinner", "off"),
            *("--timeout", str(int(PATIENCE_S))),
        ]
        problem = run(command, cwd=ROOT)
        if not report.is_file():
            raise Unreachable(problem)
        dependencies = json.loads(report.read_text())["dependencies"]
    for dependency in dependencies:
        for known in dependency.get("vulns", ()):
            yield Finding(
                environment,
                dependency["name"],
                dependency["version"],
                known["id"],
                tuple(known.get("aliases", ())),
                " or ".join(known.get("fix_versions", ())),
            )


def audit_web() -> Iterator[Finding]:
    """What npm's registry knows against the locked packages.

    Raises:
        Unreachable: it cannot be asked.
    """
    address = f"{NPM}/-/npm/v1/security/advisories/bulk"
    if not post(address, FAMOUS_NODE):
        raise Unreachable(f"{address} knows nothing")
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    locked: dict[str, list[str]] = {}
    for path, package in lock.items():
        if path and "version" in package:
            name = package.get("name") or path.rpartition("node_modules/")[2]
            locked.setdefault(name, []).append(package["version"])
    report = run_npm()
    for name, known in report.get("vulnerabilities", {}).items():
        for via in known["via"]:
            # A name alone says that the fault is another package's, which has its own entry.
            if isinstance(via, dict):
                identifier = via["url"].rpartition("/")[2]
                version = ", ".join(locked.get(name, ())) or known["range"]
                yield Finding("web", name, version, identifier)


def run_npm() -> Any:
    """The report of `npm audit` over the lock file."""
    command = [
        *("npm", "audit", "--json", "--package-lock-only", f"--registry={NPM}/"),
        # What it would look up about a finding is more than we ask for.
        "--fetch-retries=0",
    ]
    tools = f"{ROOT / '.tools' / 'node' / 'bin'}:{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours
            command,
            cwd=ROOT / "web",
            env={**os.environ, "PATH": tools},
            capture_output=True,
            timeout=WHOLE_S,
            check=False,
        )
        report = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise Unreachable(str(error)) from error
    if "vulnerabilities" not in report:
        raise Unreachable(str(report.get("message") or report.get("error")))
    return report


def reason_for(finding: Finding, accepted: Sequence[dict[str, str]]) -> str | None:
    """Why a finding is accepted; None where it is not."""
    names = {finding.id, *finding.aliases}
    for entry in accepted:
        if entry["environment"] != finding.environment:
            continue
        if entry.get("id") in names or (
            "id" not in entry and entry.get("package") in (finding.package, "*")
        ):
            return entry["reason"]
    return None


def post(address: str, question: object) -> Any:
    """The JSON that comes back."""
    request = urllib.request.Request(  # noqa: S310 - the addresses are ours
        address, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return json.loads(answer.read())
    except (OSError, ValueError) as error:
        raise Unreachable(f"{address}: {error}") from error


def run(command: Sequence[str], *, cwd: Path) -> str:
    """Run it; what it said last."""
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours
            command, cwd=cwd, capture_output=True, text=True, timeout=WHOLE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"took longer than {WHOLE_S:.0f} s"
    return (done.stderr.strip().splitlines() or ["said nothing"])[-1]


def say(sentence: str) -> None:
    """Print it."""
    print(sentence)  # noqa: T201 - this is what the script is for


if __name__ == "__main__":
    sys.exit(main())
