"""A Dockerfile's instructions by stage, and the folder of ours that a stage would hold."""

import fnmatch
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.deploy.compose import ROOT

RASA = "bot/.venv"


@dataclass
class Stage:
    """What lies between one FROM and the next."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, keyword: str) -> list[str]:
        """The arguments of every such instruction."""
        return [argument for word, argument in self.instructions if word == keyword]

    @property
    def copies(self) -> list[tuple[str | None, list[str], str]]:
        """From which stage, which sources, to where."""
        found = []
        for argument in self.all("COPY"):
            words = shlex.split(argument)
            source = next((w.removeprefix("--from=") for w in words if w[:7] == "--from="), None)
            paths = [word for word in words if not word.startswith("--")]
            found.append((source, paths[:-1], paths[-1]))
        return found


def read_stages(file: Path) -> dict[str, Stage]:
    """The stages by name, with the build arguments' defaults filled in."""
    text = re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    defaults = dict(re.findall(r"^ARG (\w+)=(\S+)", text, flags=re.MULTILINE))
    stages: dict[str, Stage] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        keyword, argument = line.split(maxsplit=1)
        for name, value in defaults.items():
            argument = argument.replace(f"${{{name}}}", value)
        if keyword == "FROM":
            base, _, name = argument.split()
            stages[name] = stage = Stage(base, name)
        elif stages:
            stage.instructions.append((keyword, argument))
    return stages


def lay_out(file: Path, stage: str, folder: Path) -> Path:
    """Make /app as this stage would have it, of what .dockerignore lets through."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _lay_out(read_stages(file), stage, folder)
    return folder


def _lay_out(stages: dict[str, Stage], name: str, folder: Path) -> None:
    stage = stages[name]
    if stage.base in stages:
        _lay_out(stages, stage.base, folder)
    for source, paths, target in stage.copies:
        if source in stages and paths == ["/app"]:
            _lay_out(stages, source, folder)
        elif source == "web":
            # What that stage builds lies here built.
            shutil.copytree(ROOT / paths[0].strip("/"), folder / target, dirs_exist_ok=True)
        elif source == "packages-rasa" and target == RASA:
            # What that stage installs lies here installed.
            (folder / target).parent.mkdir(exist_ok=True)
            (folder / target).symlink_to(ROOT / target)
        elif source is None:
            for path in paths:
                into = folder / target
                if target.endswith("/") and (ROOT / path).is_file():
                    into.mkdir(parents=True, exist_ok=True)
                _copy(path, into)


def _copy(path: str, target: Path) -> None:
    source = ROOT / path
    if not source.is_dir():
        shutil.copy(source, target)
        return

    def left_out(inside: str, names: list[str]) -> set[str]:
        here = Path(inside).relative_to(ROOT)
        return {name for name in names if not is_sent((here / name).as_posix())}

    shutil.copytree(source, target, dirs_exist_ok=True, ignore=left_out)


def is_sent(path: str) -> bool:
    """Whether .dockerignore lets this file of the repository through to the builder."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#") and _is_at_or_under(path, pattern.lstrip("!")):
            sent = pattern.startswith("!")
    return sent


def _is_at_or_under(path: str, pattern: str) -> bool:
    """A pattern stands for a path and all below it; `**/` for any depth."""
    candidates = [path, *(parent.as_posix() for parent in PurePosixPath(path).parents)]
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatch(PurePosixPath(c).name, pattern[3:]) for c in candidates)
    depth = pattern.count("/")
    return any(c.count("/") == depth and fnmatch.fnmatch(c, pattern) for c in candidates)
