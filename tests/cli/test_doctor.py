import importlib.util
import io
import json
import socket
import sys
import threading
import types
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text
from typer.testing import CliRunner

from cli.checks import configuration, databases, environments, machine, models, services
from cli.checks.finding import Finding, Level, fail, ok, run_check, warn
from cli.doctor import ROOT, examine, show
from cli.main import app
from common.settings import Settings, load_settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from learning.job_files import pulse_of
from tests.builders import a_product
from tests.ports import free_port, free_ports

SECRET = "5d41402abc4b2a76b9719d911017c592ab"


def settings_of(tmp_path: Path, **values: object) -> Settings:
    return Settings(
        **{"home": tmp_path / "home", "port": free_port(), "port_base": free_ports(4), **values}
    )


def said(findings: Iterable[Finding], level: Level) -> str:
    return "\n".join(f"{f.what} -> {f.cure}" for f in findings if f.level is level)


def test_a_fresh_home_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = settings_of(tmp_path)
    monkeypatch.setenv("SHOPKEEPER_HOME", str(here.home))
    monkeypatch.setenv("SHOPKEEPER_PORT", str(here.port))
    monkeypatch.setenv("SHOPKEEPER_PORT_BASE", str(here.port_base))
    findings = list(examine(env_file=tmp_path / ".env"))
    assert said(findings, Level.fail) == ""
    assert "not running: `shopkeeper up` starts the shop" in said(findings, Level.ok)
    assert not here.home.exists()


def test_it_tells_programs_in_json_and_by_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_IDENTITY_KEY", "changeme")
    result = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["ok"] is False
    assert {"area", "level", "what", "cure"} == set(report["findings"][0])
    assert any("IDENTITY_KEY is easily guessed" in f["what"] for f in report["findings"])


def test_settings_that_do_not_fit_are_a_finding_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_PORT", "eighty")
    findings = list(examine(env_file=tmp_path / ".env"))
    assert "SHOPKEEPER_PORT" in said(findings, Level.fail)
    assert "Rasa's Python 3.10" in said(findings, Level.ok)


def test_a_check_that_breaks_is_itself_a_finding_without_the_errors_words() -> None:
    def broken() -> Iterable[Finding]:
        yield ok("disk", "first part")
        raise RuntimeError(f"postgresql://shop:{SECRET}@host")

    findings = list(run_check("disk", broken))
    assert [finding.level for finding in findings] == [Level.ok, Level.warn]
    assert "RuntimeError" in findings[1].what
    assert SECRET not in str(findings)


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("SHOPKEEPER_ALOWED_ORIGINS=[]", "did you mean SHOPKEEPER_ALLOWED_ORIGINS?"),
        ("SHOPKEEPER_DATABSE_URL=x", "did you mean SHOPKEEPER_DATABASE_URL?"),
        ("SHOPKEEPER_QWZX=x", "remove it"),
        ("IDENTITY_KEY=x", "did you mean SHOPKEEPER_IDENTITY_KEY?"),
    ],
)
def test_a_misspelt_setting_is_told_with_what_was_meant(
    tmp_path: Path, line: str, cure: str
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"{line}\nPOSTGRES_USER=shop\n")
    env_file.chmod(0o600)
    found = said(configuration.check_names({}, env_file), Level.warn)
    assert found.endswith(f"-> {cure}")
    assert line.partition("=")[0] in found


def test_every_setting_there_is_is_known(tmp_path: Path) -> None:
    environment = {f"SHOPKEEPER_{name.upper()}": "x" for name in Settings.model_fields}
    findings = list(configuration.check_names(environment, tmp_path / ".env"))
    assert [finding.level for finding in findings] == [Level.ok]


@pytest.mark.parametrize(
    "weak", ["", "short", "a" * 64, "changeme" * 8, "super-secret-0123456789abcdefghi"]
)
def test_a_secret_that_can_be_guessed_is_weak(weak: str) -> None:
    assert not configuration.is_strong(weak)
    assert configuration.is_strong(SECRET)


def test_one_key_for_two_purposes_fails(tmp_path: Path) -> None:
    here = settings_of(tmp_path, identity_key=SECRET, events_key=SECRET)
    findings = list(configuration.check_secrets(here))
    assert "two of the keys are the same" in said(findings, Level.fail)
    assert SECRET not in str(findings)


def test_the_databases_password_is_judged_and_never_shown(tmp_path: Path) -> None:
    url = "postgresql://shop:hunter22@db.example/shop"
    here = settings_of(tmp_path, database_url=url)
    findings = list(configuration.check_secrets(here))
    assert "password of the database at db.example" in said(findings, Level.warn)
    assert "hunter22" not in str(findings)


def test_an_origin_that_fits_no_page_is_told(tmp_path: Path) -> None:
    here = settings_of(tmp_path, allowed_origins=["https://shop.example/cart", "*"])
    found = said(configuration.check_addresses(here), Level.warn)
    assert "'https://shop.example/cart' fits no page" in found
    assert "'*' fits no page" in found


def test_keys_that_others_can_read_fail_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    here = load_settings()
    assert said(configuration.check_files(here), Level.fail) == ""
    key = tmp_path / "keys" / "identity_key"
    key.chmod(0o644)
    assert f"chmod 600 {key}" in said(configuration.check_files(here), Level.fail)


def test_a_database_says_what_it_holds(database_url: str, tmp_path: Path) -> None:
    here = settings_of(tmp_path, database_url=database_url)
    assert "no products to recommend" in said(databases.check_shop_database(here), Level.warn)
    engine = make_engine(database_url)
    with session_factory(engine).begin() as session:
        session.add(a_product())
    engine.dispose()
    findings = list(databases.check_shop_database(here))
    assert "1 products" in said(findings, Level.ok)
    assert said(findings, Level.warn) == said(findings, Level.fail) == ""


def test_a_database_of_a_later_version_fails(database_url: str, tmp_path: Path) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        (before,) = connection.execute(text("SELECT version_num FROM alembic_version")).one()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        here = settings_of(tmp_path, database_url=database_url)
        found = said(databases.check_shop_database(here), Level.fail)
    finally:
        with engine.begin() as connection:
            again = text("UPDATE alembic_version SET version_num = :before")
            connection.execute(again, {"before": before})
        engine.dispose()
    assert "a later Shopkeeper made its tables (9999)" in found


def test_a_damaged_file_fails_and_names_the_cure(tmp_path: Path) -> None:
    here = settings_of(tmp_path)
    here.home.mkdir()
    (here.home / "shopkeeper.db").write_bytes(b"no database" * 1000)
    found = said(databases.check_shop_database(here), Level.fail)
    assert "is damaged" in found
    assert "shopkeeper restore" in found


def test_a_server_that_does_not_answer_fails_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://shop:{SECRET}@127.0.0.1:{free_port()}/shop"
    findings = list(databases.check_tracker(settings_of(tmp_path, rasa_database_url=url)))
    assert "does not answer" in said(findings, Level.fail)
    assert SECRET not in str(findings)


def test_one_database_for_both_fails(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'one.db'}"
    here = settings_of(tmp_path, database_url=url, rasa_database_url=url)
    assert "share one database" in said(databases.check_shop_database(here), Level.fail)


def test_a_package_of_another_version_is_told(tmp_path: Path) -> None:
    site = tmp_path / ".venv/lib/python3.10/site-packages"
    for name, version in (("rasa", "3.6.20"), ("torch", "2.0+cpu")):
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}")
    assert environments.installed(site) == {"rasa": "3.6.20", "torch": "2.0"}
    (tmp_path / "constraints.txt").write_text("rasa==3.6.21\ntorch==2.0\n")
    found = said(environments._check_bot(tmp_path), Level.warn)
    assert "rasa 3.6.20 for 3.6.21 -> make setup" in found


def test_pages_that_were_never_built_fail(tmp_path: Path) -> None:
    assert "not built -> make setup" in said(environments.check_pages(tmp_path), Level.fail)


def test_the_dialogues_fingerprint_is_the_one_that_rasas_launcher_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Rasa itself lives in another Python; the launcher asks it for its version alone.
    monkeypatch.setitem(sys.modules, "rasa", types.SimpleNamespace(__version__="3.6.21"))
    spec = importlib.util.spec_from_file_location("run", ROOT / "bot" / "run.py")
    assert spec
    assert spec.loader
    launcher = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(launcher)
    assert models.digest(ROOT / "bot", rasa_version="3.6.21") == launcher.digest()


def test_a_broken_adapter_fails(tmp_path: Path) -> None:
    here = settings_of(tmp_path)
    found = said(models.check_adapter(here, shipped=tmp_path / "none"), Level.fail)
    assert "lacks card.json" in found
    assert "shopkeeper train nlu" in found


def test_goods_without_vectors_are_told(tmp_path: Path) -> None:
    here = settings_of(tmp_path)
    upgrade(here.database_url)
    engine = make_engine(here.database_url)
    with session_factory(engine).begin() as session:
        session.add_all([a_product() for _ in range(3)])
    engine.dispose()
    assert "0 vectors for 3 products" in said(models.check_vectors(here), Level.warn)


class _Other(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>Another program</h1>")

    def log_message(self, *_: object) -> None:
        pass


def test_another_program_on_our_port_fails(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = settings_of(tmp_path, port=server.server_port)
        found = said(services.check_services(here), Level.fail)
        server.shutdown()
    assert f"another program listens at http://127.0.0.1:{server.server_port}" in found


class _Noting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ready", "missing": {}, "notes": {"adapter": "damaged"}}')

    def log_message(self, *_: object) -> None:
        pass


def test_what_keeps_a_process_from_nothing_is_a_warning(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Noting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = settings_of(tmp_path, nlu_url=f"http://127.0.0.1:{server.server_port}")
        found = said(services.check_services(here), Level.warn)
        server.shutdown()
    assert "nlu works, but not with everything: adapter: damaged" in found


def test_a_learner_that_does_not_run_is_a_warning(tmp_path: Path) -> None:
    here = settings_of(tmp_path)
    assert "the learner does not run" in said(services.check_learner(here), Level.warn)
    here.home.mkdir(exist_ok=True)
    pulse_of(here).touch()
    assert list(services.check_learner(here)) == []


def test_a_process_that_hangs_is_not_taken_for_a_well_one(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        here = settings_of(tmp_path, port=silent.getsockname()[1])
        found = said(services.check_services(here), Level.fail)
    assert "gateway is not ready: answer: none within 2 s" in found
    assert "rasa does not answer" in found


@pytest.mark.parametrize(
    ("device", "driver", "cuda", "level", "words"),
    [
        ("auto", None, None, Level.ok, "no GPU"),
        ("cuda", None, None, Level.fail, "no NVIDIA driver answers"),
        ("auto", ("H100", "13.0"), None, Level.warn, "H100 is idle"),
        ("auto", ("H100", "12.4"), "13.0", Level.warn, "the driver of H100 runs up to 12.4"),
        ("cuda", ("H100", "13.0"), "12.8", Level.ok, "H100, CUDA 12.8"),
        ("cpu", ("H100", "13.0"), None, Level.ok, "left alone"),
    ],
)
def test_a_gpu_its_driver_and_torch_must_fit(
    device: str, driver: tuple[str, str] | None, cuda: str | None, level: Level, words: str
) -> None:
    (finding,) = machine.judge_gpu(device, driver=driver, torch_cuda=cuda)
    assert finding.level is level
    assert words in finding.what


def test_the_table_names_an_area_once_and_shows_each_cure() -> None:
    shown = io.StringIO()
    findings = [
        ok("disk", "much room"),
        warn("disk", "slow [disk]", "buy one"),
        fail("db", "x", "y"),
    ]
    show(findings, Console(file=shown, width=60))
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    assert lines[:3] == ["disk ✓ much room", "     ! slow [disk]", "       → buy one"]
    assert lines[-1] == "1 to mend, 1 to look at."
