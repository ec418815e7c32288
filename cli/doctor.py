"""`shopkeeper doctor`: what is well, what is not, and what to do about it."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import pydantic
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.checks import (
    configuration,
    databases,
    environments,
    machine,
    models,
    services,
    telegram,
)
from cli.checks.finding import Check, Finding, Level, fail, run_check
from common.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
_SIGNS = {
    Level.ok: Text("✓", style="green"),
    Level.warn: Text("!", style="bold yellow"),
    Level.fail: Text("✗", style="bold red"),
}


def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Look at everything that the shop stands on and say what to do. Changes nothing."""
    findings = list(examine())
    failed = any(finding.level is Level.fail for finding in findings)
    if as_json:
        report = {"ok": not failed, "findings": [asdict(finding) for finding in findings]}
        typer.echo(json.dumps(report, indent=1, ensure_ascii=False))
    else:
        show(findings, Console())
    raise typer.Exit(1 if failed else 0)


def examine(*, env_file: Path = Path(".env")) -> Iterator[Finding]:
    """Every finding, area by area, whatever breaks on the way."""
    try:
        settings = Settings()
    except (pydantic.ValidationError, ValueError) as error:
        yield from _unreadable(error)
        settings = None
    checks: list[tuple[str, Check]] = [
        ("environment", partial(environments.check_environments, ROOT)),
        ("settings", partial(configuration.check_names, os.environ, env_file)),
    ]
    if settings is not None:
        checks += _checks_of(settings)
    # Most of them wait: for disks, databases and processes.
    with ThreadPoolExecutor(len(checks)) as pool:
        results = [pool.submit(list, run_check(area, check)) for area, check in checks]
        for result in results:
            yield from result.result()


def _checks_of(settings: Settings) -> list[tuple[str, Check]]:
    return [
        ("settings", partial(configuration.check_secrets, settings)),
        ("settings", partial(configuration.check_addresses, settings)),
        ("files", partial(configuration.check_files, settings)),
        ("database", partial(databases.check_shop_database, settings)),
        ("tracker", partial(databases.check_tracker, settings)),
        ("models", partial(models.check_encoder, settings)),
        ("models", partial(models.check_adapter, settings, shipped=ROOT / "nlu" / "adapter")),
        ("models", partial(models.check_dialogue, settings, bot=ROOT / "bot")),
        ("models", partial(models.check_vectors, settings)),
        ("services", partial(services.check_port_range, settings)),
        ("services", partial(services.check_services, settings)),
        ("telegram", partial(telegram.check_telegram, settings)),
        ("clock", machine.check_clock),
        ("machine", partial(machine.check_disk, settings)),
        ("machine", machine.check_memory),
        ("machine", partial(machine.check_gpu, settings)),
    ]


def _unreadable(error: Exception) -> Iterator[Finding]:
    """Settings that do not fit, by name; their values may be secret."""
    cure = "correct it in .env or the environment: docs/operations.md, Settings and keys"
    if not isinstance(error, pydantic.ValidationError):
        yield fail("settings", f"cannot be read: {type(error).__name__}", cure)
        return
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part).upper() for part in problem["loc"])
        what = f"SHOPKEEPER_{name}: {problem['msg']}" if name else str(problem["msg"])
        yield fail("settings", what.removeprefix("Value error, "), cure)


def show(findings: list[Finding], console: Console) -> None:
    """A table, the area named once, each cure below what it cures."""
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    last = ""
    for finding in findings:
        what = Text(finding.what)
        if finding.cure:
            what.append(f"\n→ {finding.cure}", style="cyan")
        area = finding.area if finding.area != last else ""
        table.add_row(area, _SIGNS[finding.level], what)
        last = finding.area
    console.print(table)
    counts = {level: sum(f.level is level for f in findings) for level in Level}
    if counts[Level.fail]:
        verdict = Text(f"{counts[Level.fail]} to mend", style="bold red")
    elif counts[Level.warn]:
        verdict = Text("The shop can run", style="bold yellow")
    else:
        verdict = Text("All is well", style="bold green")
    if counts[Level.warn]:
        verdict.append(f", {counts[Level.warn]} to look at")
    console.print(Text("\n").append(verdict).append("."))
