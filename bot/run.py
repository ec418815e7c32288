"""Train and serve the dialogue.

    bot/.venv/bin/python bot/run.py train
    bot/.venv/bin/python bot/run.py serve

Reads SHOPKEEPER_HOME, BIND, PORT_BASE, ACTIONS_URL, RASA_DATABASE_URL and INTERNAL_SECRET, all with
the prefix SHOPKEEPER_. Serving trains first when the dialogue has changed since the last time.
"""

import argparse
import contextlib
import hashlib
import io
import logging
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
INPUTS = ("config.yml", "domain", "rules")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

logger = logging.getLogger("bot")


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two commands; 0 done, 1 failed, 2 usage."""
    parser = argparse.ArgumentParser(description="Shopkeeper's dialogue.")
    parser.add_argument("command", choices=("train", "serve"))
    command = parser.parse_args(arguments).command
    try:
        prepare_environment()
    except ValueError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for whoever starts it by hand
        return 2
    keep_lean()
    quieten()
    model = find_or_train(models=Path(os.environ["SHOPKEEPER_HOME"]) / "models" / "dialogue")
    if command == "serve":
        serve(model)
    return 0


def keep_lean() -> None:
    """Leave TensorFlow out where the dialogue has no use for it; before Rasa is first imported."""
    import ruamel.yaml
    from addons import heavy_imports

    config = ruamel.yaml.YAML(typ="safe").load(HERE / "config.yml")
    if heavy_imports.is_light(config):
        heavy_imports.leave_out()


def prepare_environment() -> None:
    """Fill in what the settings leave out, make the folders, and let Rasa find our addons.

    Raises:
        ValueError: a setting is missing; the message says which.
    """
    home = Path(os.environ.get("SHOPKEEPER_HOME", "var")).absolute()
    home.mkdir(parents=True, exist_ok=True)
    base = int(os.environ.get("SHOPKEEPER_PORT_BASE", "5005"))
    defaults = {
        "SHOPKEEPER_BIND": "127.0.0.1",
        "SHOPKEEPER_ACTIONS_URL": f"http://127.0.0.1:{base + 3}",
        "SHOPKEEPER_RASA_DATABASE_URL": f"sqlite:///{home / 'rasa.db'}",
        "SHOPKEEPER_INTERNAL_SECRET": "",
    }
    for name, value in defaults.items():
        os.environ[name] = os.environ.get(name) or value
    os.environ["SHOPKEEPER_HOME"] = str(home)
    os.environ["SHOPKEEPER_PORT_BASE"] = str(base)
    # The rest of the shop names another driver for the same database.
    os.environ["SHOPKEEPER_RASA_DATABASE_URL"] = os.environ["SHOPKEEPER_RASA_DATABASE_URL"].replace(
        "postgresql+psycopg:", "postgresql:"
    )
    bind = os.environ["SHOPKEEPER_BIND"]
    if bind not in LOOPBACK and not os.environ["SHOPKEEPER_INTERNAL_SECRET"]:
        raise ValueError(
            f"SHOPKEEPER_BIND is {bind}, which others can reach: "
            "set SHOPKEEPER_INTERNAL_SECRET to a long random string in every process."
        )
    os.chdir(HERE)
    sys.path.insert(0, str(HERE))


def quieten() -> None:
    """Silence the libraries' notes to their own developers; our warnings stay."""
    os.environ.update(
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        TF_CPP_MIN_LOG_LEVEL="3",
        RASA_TELEMETRY_ENABLED="false",
        # No GPU is needed for rules, and looking for one takes seconds.
        CUDA_VISIBLE_DEVICES="-1",
    )
    # Its libraries turn the filters back on as they load; as log lines warnings stay silent.
    logging.captureWarnings(capture=True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)

    import rasa.utils.common
    from addons.logs import configure_logging

    rasa.utils.common.configure_logging_and_warnings(
        log_level=logging.WARNING, warn_only_once=True, filter_repeated_logs=True
    )
    # Left alone, its second logger writes every message to the log.
    configure_logging()
    for name in ("bot", "addons"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("sanic.root").setLevel(logging.WARNING)


def digest(folder: Path = HERE) -> str:
    """A fingerprint of all that the dialogue is trained from."""
    import rasa

    sha = hashlib.sha256(rasa.__version__.encode())
    for name in INPUTS:
        path = folder / name
        for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
            sha.update(file.relative_to(folder).as_posix().encode())
            sha.update(file.read_bytes())
    return sha.hexdigest()[:16]


def find_or_train(*, models: Path) -> Path:
    """The model of the dialogue as it is now, trained if there is none yet."""
    name = f"dialogue-{digest()}"
    model = models / f"{name}.tar.gz"
    if model.exists():
        logger.info("dialogue model %s is up to date", name)
        return model

    from rasa.model_training import train

    started = time.monotonic()
    logger.info("training the dialogue: its domain or rules have changed")
    # Trained aside and moved in whole: another process may be looking for it.
    draft = models / f".{name}-{os.getpid()}"
    # What Rasa prints as it goes is no log line; where it fails, it says why in the log.
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        result = train(
            domain="domain",
            config="config.yml",
            training_files=["rules"],
            output=str(draft),
            fixed_model_name=name,
            force_training=True,
        )
    if result.code or not result.model:
        raise SystemExit(
            f"{printed.getvalue()}\nThe dialogue could not be trained (code {result.code})."
        )
    Path(result.model).replace(model)
    draft.rmdir()
    for old in models.glob("dialogue-*.tar.gz"):
        if old != model:
            old.unlink(missing_ok=True)
    logger.info("trained the dialogue in %.0f s", time.monotonic() - started)
    return model


def serve(model: Path) -> None:
    """Answer on SHOPKEEPER_BIND at SHOPKEEPER_PORT_BASE until told to stop."""
    from functools import partial

    from addons import action_calls, catching_up, logs, sessions, whole_turns
    from addons.health import add_health_routes
    from addons.supervised import follow_supervisor
    from rasa.core.run import (
        close_resources,
        configure_app,
        create_http_input_channels,
        load_agent_on_start,
    )
    from rasa.core.utils import AvailableEndpoints

    follow_supervisor()
    action_calls.install()
    sessions.install()
    whole_turns.install()
    # After it: what was missed comes before the turn that is replayed or run.
    catching_up.install()
    endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
    port = int(os.environ["SHOPKEEPER_PORT_BASE"])
    # Without Rasa's own HTTP API: its routes know no internal secret.
    app = configure_app(
        create_http_input_channels(None, "credentials.yml"),
        enable_api=False,
        endpoints=endpoints,
        port=port,
        # Longer than the gateway keeps a connection open for the next turn.
        keep_alive_timeout=75,
    )
    logs.install(app)
    add_health_routes(app)
    app.register_listener(
        partial(load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(close_resources, "after_server_stop")
    logger.info("serving on %s:%s", os.environ["SHOPKEEPER_BIND"], port)
    app.run(host=os.environ["SHOPKEEPER_BIND"], port=port, workers=1, access_log=False)


if __name__ == "__main__":
    sys.exit(main())
