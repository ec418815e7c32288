"""docker-compose.yml: as Compose would take it, and as a shop can trust it."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from dotenv import dotenv_values

from cli.up import processes_of
from common.settings import Settings
from deploy.probe import main
from learning.job_files import pulse_of
from tests.deploy.compose import DOTENV, FILE, ROOT, Refused, Service, read_compose, read_services

SCHEMA = Path(__file__).parent / "schema" / "compose-spec.json"
MONITORING = ROOT / "deploy" / "docker-compose.monitoring.yml"
EXAMPLE = ROOT / "deploy" / ".env.example"
SERVICES = read_services()
OURS = [service for service in SERVICES.values() if service.dockerfile]
PORTS = {"rasa": 5005, "nlu": 5006, "recommender": 5007, "actions": 5008, "gateway": 8080}

every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))

# What a container is given by its image, or has no use for.
NOT_A_SHOPS_CHOICE = {"home", "redis_url"}


def complaints_about(compose: dict[str, Any]) -> list[str]:
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    return [error.message for error in schema.iter_errors(compose)]


def test_it_is_what_composes_own_schema_asks_for() -> None:
    assert complaints_about(read_compose()) == []


def test_so_is_what_watches_it() -> None:
    assert complaints_about(yaml.safe_load(MONITORING.read_text())) == []


def test_the_schema_would_notice() -> None:
    slip = read_compose()
    slip["services"]["gateway"]["helthcheck"] = {}
    assert any("helthcheck" in complaint for complaint in complaints_about(slip))


@pytest.mark.parametrize("name", DOTENV)
def test_without_a_secret_or_a_profile_nothing_starts(name: str) -> None:
    with pytest.raises(Refused, match=rf"^{name}: Write .* into \.env"):
        read_services({**DOTENV, name: ""})


def test_no_secret_is_written_down() -> None:
    secrets = re.compile(r"^\s*(\w*(?:PASSWORD|SECRET|KEY)): *(.*)$", re.MULTILINE)
    found = dict(secrets.findall(FILE.read_text()))
    assert len(found) == 5
    assert all(not value or value.startswith("${") for value in found.values())
    assert all(":-" not in value for value in found.values())


def test_the_example_asks_for_all_that_must_be_set_and_gives_away_no_secret() -> None:
    example = dotenv_values(EXAMPLE)
    assert set(DOTENV) <= set(example)
    assert not example["SHOPKEEPER_INTERNAL_SECRET"]
    assert not example["POSTGRES_PASSWORD"]


def test_what_the_example_names_reaches_a_service() -> None:
    names = re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE)
    known = set(re.findall(r"\w+", FILE.read_text()))
    assert [name for name in names if name not in known] == []


def test_a_setting_in_dotenv_reaches_the_gateway() -> None:
    given = {**DOTENV, "SHOPKEEPER_CURRENCY": "CHF"}
    assert read_services(given)["gateway"].environment["SHOPKEEPER_CURRENCY"] == "CHF"
    assert "SHOPKEEPER_CURRENCY" not in SERVICES["gateway"].environment


def test_every_setting_can_be_set() -> None:
    all_set = {f"SHOPKEEPER_{name.upper()}": "1" for name in Settings.model_fields}
    services = read_services({**DOTENV, **all_set})
    reached = {name for service in services.values() for name in service.environment}
    missing = set(all_set) - reached - {f"SHOPKEEPER_{n.upper()}" for n in NOT_A_SHOPS_CHOICE}
    assert not missing, f"pass {missing} on in docker-compose.yml"


def test_only_the_gateway_has_a_port_outside_and_only_for_this_host() -> None:
    published = {name: s.raw["ports"] for name, s in SERVICES.items() if "ports" in s.raw}
    assert published == {"gateway": ["127.0.0.1:8080:8080"]}


def test_the_others_have_a_network_that_reaches_nowhere() -> None:
    assert read_compose()["networks"]["internal"]["internal"] is True
    outside = {name for name, service in SERVICES.items() if "public" in service.networks}
    assert outside == {"gateway", "shopkeeper"}


def test_the_trusted_proxy_is_the_hosts_own_address_in_the_public_network() -> None:
    pool = read_compose()["networks"]["public"]["ipam"]["config"][0]["subnet"]
    trusted = SERVICES["gateway"].environment["SHOPKEEPER_TRUSTED_PROXIES"]
    assert pool.replace(".0/24", ".1") == trusted


@every_service
def test_it_has_no_more_rights_than_it_needs(service: Service) -> None:
    assert service.raw["user"] not in ("", "root", "0", "0:0")
    assert service.raw["read_only"] is True
    assert service.raw["cap_drop"] == ["ALL"]
    assert service.raw["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "pid", "network_mode", "devices"} & set(service.raw)


@every_service
def test_it_cannot_fill_the_machine(service: Service) -> None:
    limits = service.raw["deploy"]["resources"]["limits"]
    assert limits["memory"]
    assert limits["pids"]
    assert service.raw["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


@every_service
def test_it_comes_back_or_ends_for_good(service: Service) -> None:
    if service.runs_on:
        assert service.raw["restart"] == "unless-stopped"
        assert service.probe
    else:
        assert service.raw["healthcheck"] == {"disable": True}


@every_service
def test_its_image_has_a_version(service: Service) -> None:
    _, _, tag = service.raw["image"].partition(":")
    assert re.match(r"\d", tag)


@every_service
def test_it_waits_for_the_database_and_for_its_tables(service: Service) -> None:
    waits = {name: on["condition"] for name, on in service.raw.get("depends_on", {}).items()}
    if service.name == "postgres":
        assert waits == {}
        return
    assert waits.pop("postgres") == "service_healthy"
    if service.name not in ("rasa", "migrate"):
        assert waits == {"migrate": "service_completed_successfully"}


@pytest.mark.parametrize("name", PORTS)
def test_each_is_asked_on_its_own_port_and_found_there(name: str) -> None:
    service = SERVICES[name]
    # The gateway stays open with an apology when another part is down.
    path = "healthz" if name == "gateway" else "readyz"
    assert service.probe
    assert service.probe[-1] == f"http://127.0.0.1:{PORTS[name]}/{path}"
    if name != "gateway":
        link = f"SHOPKEEPER_{name.upper()}_URL"
        assert SERVICES["gateway"].environment[link] == f"http://{name}:{PORTS[name]}"


def test_what_has_no_port_is_found_by_the_file_that_it_touches(tmp_path: Path) -> None:
    pulse = pulse_of(Settings(home=tmp_path))
    probe = SERVICES["learner"].probe
    assert probe
    assert probe[-1] == f"/var/lib/shopkeeper/{pulse.relative_to(tmp_path)}"
    assert main(str(pulse)) == 1
    pulse.touch()
    assert main(str(pulse)) == 0
    os.utime(pulse, (0, 0))
    assert main(str(pulse)) == 1


@pytest.mark.parametrize("name", [*PORTS, "learner"])
def test_its_command_is_the_one_of_shopkeeper_up(name: str, tmp_path: Path) -> None:
    (process,) = [p for p in processes_of(Settings(home=tmp_path)) if p.name == name]
    _, *words = process.command
    assert SERVICES[name].command == ["python", *(Path(word).name for word in words)]
    assert process.environment.items() <= SERVICES[name].environment.items()


@pytest.mark.parametrize("name", ["nlu", "recommender", "learner"])
def test_the_graphics_card_changes_nothing_else(name: str) -> None:
    plain, fast = SERVICES[name], SERVICES[f"{name}-gpu"]
    assert plain.raw["profiles"] == ["cpu"]
    assert fast.raw["profiles"] == ["gpu"]
    assert fast.raw["networks"]["internal"]["aliases"] == [name]
    (device,) = fast.raw["deploy"]["resources"]["reservations"]["devices"]
    assert device["driver"] == "nvidia"
    assert device["capabilities"] == ["gpu"]
    different = {key for key in plain.raw if plain.raw[key] != fast.raw[key]}
    assert different == {"profiles", "image", "build", "environment", "networks", "deploy"}
    assert {**fast.environment, "SHOPKEEPER_DEVICE": "cpu"} == plain.environment


@pytest.mark.parametrize("service", OURS, ids=lambda service: service.name)
def test_others_are_let_in_only_with_the_secret(service: Service) -> None:
    assert service.environment["SHOPKEEPER_BIND"] == "0.0.0.0"
    assert service.environment["SHOPKEEPER_INTERNAL_SECRET"] == "an-internal-secret"
