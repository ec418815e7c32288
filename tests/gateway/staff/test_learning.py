"""Trainings and models over the staff API: who may, what is seen, and two at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from common.model_shelf import current_model
from db.tables.recommendations import Ranking
from learning.job_files import log_of, pulse_of
from learning.jobs import claim_job, end_job, hold_job
from learning.registry import PAGE, REPORT, content_hash
from tests.gateway.conftest import on_sqlite
from tests.gateway.staff.conftest import Console, Office

pytestmark = on_sqlite

NAME = "20260504T120000Z"
OTHER = "20260505T120000Z"


@pytest.fixture
def models(office: Office) -> Path:
    return office.gateway.settings.models


def shelve(
    models: Path,
    name: str = NAME,
    *,
    kind: str = "nlu",
    passed: bool | None = True,
    beside: str = "shipped",
    **card: Any,
) -> Path:
    """A model on the shelf, judged where `passed` says something."""
    folder = models / kind / name
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"metrics": {"accuracy": 0.9}, **card}))
    if passed is not None:
        check = {"name": "heldout", "passed": passed, "before": 0.9, "after": 0.91}
        report = {
            "passed": passed,
            "beside": beside,
            "content": content_hash(folder),
            "checks": [check],
            "headline": {"accuracy": 0.91},
        }
        (folder / REPORT).write_text(json.dumps(report))
        (folder / PAGE).write_text("<!doctype html><style>p{}</style><p>What was found</p>")
    return folder


def shelf(console: Console, kind: str = "nlu") -> dict[str, Any]:
    answer = console.get("/models")
    assert answer.status_code == 200, answer.text
    shelves: list[dict[str, Any]] = answer.json()["shelves"]
    return next(each for each in shelves if each["kind"] == kind)


def acts(console: Console) -> list[str]:
    return [entry["action"] for entry in console.get("/audit").json()["entries"]][::-1]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/jobs", {"kind": "train_nlu"}),
        ("POST", "/jobs/1/cancel", {}),
        ("POST", f"/models/nlu/{NAME}/promote", {"anyway": None}),
        ("POST", "/models/nlu/rollback", {}),
        ("POST", f"/models/nlu/{NAME}/trial", {"share": 0.2}),
        ("DELETE", "/models/nlu/trial", {}),
    ],
)
def test_agents_look_and_supervisors_act_from_their_own_console(
    office: Office, method: str, path: str, body: dict[str, Any]
) -> None:
    ana, sue = office.sign_in("Ana"), office.sign_in("Sue", role="supervisor")
    for seen in ("/learning", "/jobs", "/models"):
        assert ana.get(seen).status_code == 200
        assert office.browser().get(f"/api/staff{seen}").status_code == 401

    refused = ana.send(method, path, **body)
    foreign = Console(sue.client, "a guess", sue.user).send(method, path, **body)

    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert (foreign.status_code, foreign.json()["error"]) == (403, "csrf")


def test_a_training_is_started_followed_and_seen_by_all(office: Office) -> None:
    sue, ana = office.sign_in("Sue", role="supervisor"), office.sign_in("Ana")
    gateway = office.gateway

    started = sue.post("/jobs", kind="train_nlu", promote=True)

    assert started.status_code == 201
    job = started.json()
    assert (job["state"], job["by"], job["promote"]) == (
        "queued",
        {"id": sue.id, "name": "Sue"},
        True,
    )
    with gateway.sessions.begin() as session:
        claim_job(session, holder="a")
    with gateway.sessions.begin() as session:
        told = {"step": "train", "part": "training", "done": 3, "total": 12}
        hold_job(session, int(job["id"]), holder="a", progress=told)
    log = log_of(gateway.settings, int(job["id"]))
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\nthree\n")

    seen = ana.get(f"/jobs/{job['id']}").json()
    assert (seen["state"], seen["step"], seen["done"], seen["total"]) == ("running", "train", 3, 12)
    assert ana.get(f"/jobs/{job['id']}/log", lines=2).json() == {"lines": ["two", "three"]}
    assert ana.get("/jobs").json() == {"jobs": [seen], "next": None}
    assert acts(sue)[-1] == "training_started"

    with gateway.sessions.begin() as session:
        result = {"model": NAME, "verdict": "refused"}
        end_job(session, int(job["id"]), holder="a", state="done", result=result)
    over = ana.get(f"/jobs/{job['id']}").json()
    assert (over["state"], over["verdict"], over["model"]) == ("done", "refused", NAME)
    nlu, _ = ana.get("/learning").json()["trainings"]
    assert nlu["last_at"] == over["started_at"]
    assert nlu["usual_seconds"] >= 0


def test_of_two_who_start_at_once_one_does(office: Office) -> None:
    sues = [office.sign_in(name, role="supervisor") for name in ("Sue", "Sid")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda sue: sue.post("/jobs", kind="train_nlu"), sues))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert late.json()["error"] == "job_under_way"
    # The other model may wait behind.
    assert sues[0].post("/jobs", kind="train_recommender").status_code == 201
    assert len(sues[0].get("/jobs").json()["jobs"]) == 2


def test_a_training_is_cancelled_once(office: Office) -> None:
    sue = office.sign_in("Sue", role="supervisor")
    job = sue.post("/jobs", kind="train_nlu").json()["id"]
    cancelled = sue.post(f"/jobs/{job}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert sue.post(f"/jobs/{job}/cancel").json()["error"] == "job_over"
    assert sue.post("/jobs/77/cancel").status_code == 404
    assert sue.get("/jobs/77").status_code == 404
    assert sue.get("/jobs/77/log").status_code == 404

    running = sue.post("/jobs", kind="train_nlu").json()["id"]
    with office.gateway.sessions.begin() as session:
        claim_job(session, holder="a")
    answer = sue.post(f"/jobs/{running}/cancel").json()
    assert (answer["state"], answer["cancelling"]) == ("running", True)
    assert acts(sue).count("training_cancelled") == 2


def test_jobs_come_in_parts(office: Office) -> None:
    sue = office.sign_in("Sue", role="supervisor")
    for _ in range(3):
        sue.post(f"/jobs/{sue.post('/jobs', kind='train_nlu').json()['id']}/cancel")
    first = sue.get("/jobs", limit=2).json()
    rest = sue.get("/jobs", limit=2, before=first["next"]).json()
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == ["3", "2", "1"]
    assert rest["next"] is None


def test_whether_a_learner_runs_and_when_the_next_training_is_due(office: Office) -> None:
    ana = office.sign_in("Ana")
    told = ana.get("/learning").json()
    assert told["learner_runs"] is False
    assert (told["schedule"]["every"], told["schedule"]["next_at"]) == ("off", None)
    assert [each["fresh"] for each in told["trainings"]] == [0, 0]
    pulse_of(office.gateway.settings).touch()
    assert ana.get("/learning").json()["learner_runs"] is True


def test_the_shelf_shows_figures_verdicts_and_what_ships(office: Office, models: Path) -> None:
    rows = {"learnt": 40, "known": 3000}
    origin = {"by": "staff:gone", "at": "2026-05-04T12:00:00+00:00", "code": "0.1", "rows": rows}
    shelve(models, origin=origin)
    shelve(models, OTHER, passed=None)
    seen = shelf(office.sign_in("Ana"))
    newest, judged, shipped = seen["models"]
    assert (seen["in_use"], seen["can_go_back"]) == ("shipped", False)
    assert (newest["name"], newest["verdict"], newest["page"]) == (OTHER, None, False)
    assert (judged["verdict"], judged["figures"], judged["learnt"]) == (
        "passed",
        {"accuracy": 0.91},
        rows,
    )
    assert judged["trained_at"] == "2026-05-04T12:00:00Z"
    assert (shipped["name"], shipped["in_use"], shipped["figures"]["accuracy"] > 0.5) == (
        "shipped",
        True,
        True,
    )


def test_a_model_that_passed_is_put_into_use_and_back(office: Office, models: Path) -> None:
    shelve(models)
    sue = office.sign_in("Sue", role="supervisor")

    promoted = sue.post(f"/models/nlu/{NAME}/promote", anyway=None)

    assert promoted.json() == {"in_use": NAME}
    assert current_model(models / "nlu") == models / "nlu" / NAME
    seen = shelf(sue)
    assert (seen["in_use"], seen["can_go_back"], seen["history"][0]["by"]) == (NAME, True, "Sue")
    assert sue.post("/models/nlu/rollback").json() == {"in_use": "shipped"}
    assert current_model(models / "nlu") is None
    assert sue.post("/models/nlu/rollback").status_code == 404
    assert [step["back"] for step in shelf(sue)["history"]] == [True, False]
    assert acts(sue)[-2:] == ["model_promoted", "model_rolled_back"]


def test_what_the_gate_did_not_let_pass_takes_an_admin_and_a_reason(
    office: Office, models: Path
) -> None:
    shelve(models, passed=False)
    shelve(models, OTHER, passed=None)
    sue, bo = office.sign_in("Sue", role="supervisor"), office.sign_in("Bo", role="admin")
    for name in (NAME, OTHER):
        refused = sue.post(f"/models/nlu/{name}/promote", anyway=None)
        assert (refused.status_code, refused.json()["error"]) == (409, "not_passed")
    why = "The shop closes its shoe department today."
    assert sue.post(f"/models/nlu/{NAME}/promote", anyway=why).status_code == 403
    assert bo.post(f"/models/nlu/{NAME}/promote", anyway="so").status_code == 422
    assert bo.post(f"/models/nlu/{NAME}/promote", anyway=why).status_code == 200
    assert shelf(sue)["history"][0]["reason"] == why


def test_a_model_judged_beside_another_is_judged_again_first(office: Office, models: Path) -> None:
    shelve(models, beside=OTHER)
    sue = office.sign_in("Sue", role="supervisor")
    assert shelf(sue)["models"][0]["stale"]
    assert sue.post(f"/models/nlu/{NAME}/promote", anyway=None).status_code == 409

    job = sue.post("/jobs", kind="judge_nlu", model=NAME)

    assert (job.status_code, job.json()["model"]) == (201, NAME)
    assert acts(sue)[-1] == "judgement_started"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "judge_nlu"}, 422),
        ({"kind": "train_nlu", "model": NAME}, 422),
        ({"kind": "judge_nlu", "model": "../../etc"}, 404),
        ({"kind": "train_everything"}, 422),
        ({"kind": "train_nlu", "command": "rm"}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(office: Office, body: dict[str, Any], status: int) -> None:
    sue = office.sign_in("Sue", role="supervisor")
    assert sue.post("/jobs", **body).status_code == status
    assert sue.get("/jobs").json()["jobs"] == []


def test_a_report_is_shown_and_runs_nothing(office: Office, models: Path) -> None:
    shelve(models)
    shelve(models, OTHER, passed=None)
    (models / "nlu" / "secret").mkdir()
    (models / "nlu" / "secret" / PAGE).write_text("not a model's")
    ana = office.sign_in("Ana")

    page = ana.get(f"/models/nlu/{NAME}/report")

    assert "What was found" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    for nothing in (OTHER, "secret", "..", "%2e%2e", "nobody"):
        assert ana.get(f"/models/nlu/{nothing}/report").status_code == 404
    assert ana.get(f"/models/cats/{NAME}/report").status_code == 422
    assert office.browser().get(f"/api/staff/models/nlu/{NAME}/report").status_code == 401


def test_a_recommender_is_tried_on_some_shoppers(office: Office, models: Path) -> None:
    shelve(models, kind="recommender")
    shelve(models, OTHER, kind="recommender", passed=False)
    sue = office.sign_in("Sue", role="supervisor")
    refused = sue.post(f"/models/recommender/{OTHER}/trial", share=0.2)
    assert (refused.status_code, refused.json()["error"]) == (409, "not_passed")
    assert sue.post(f"/models/recommender/{NAME}/trial", share=0).status_code == 422
    assert sue.post(f"/models/recommender/{NAME}/trial", share=0.2).status_code == 204
    office.gateway.add(Ranking(id="r1", model_version=NAME, session_id="s1"))

    trial = shelf(sue, "recommender")["trial"]

    assert (trial["model"], trial["share"]) == (NAME, 0.2)
    (outcome,) = trial["outcomes"]
    assert (outcome["model"], outcome["on_trial"], outcome["shoppers"]) == (NAME, True, 1)
    (bought,) = outcome["rates"]
    assert (bought["name"], bought["count"], bought["of"]) == ("bought", 0, 1)
    assert (bought["share"], bought["low"]) == (0, 0)
    assert 0.79 < bought["high"] < 0.8
    assert sue.send("DELETE", "/models/recommender/trial").status_code == 204
    assert sue.send("DELETE", "/models/recommender/trial").status_code == 404
    sue.post(f"/models/recommender/{NAME}/promote", anyway=None)
    assert sue.post(f"/models/recommender/{NAME}/trial", share=0.2).status_code == 422
    assert acts(sue)[-3:] == ["trial_started", "trial_ended", "model_promoted"]


def test_what_comes_of_a_language_model_on_trial_is_counted_beside_the_one_in_use(
    office: Office, models: Path
) -> None:
    shelve(models)
    sue = office.sign_in("Sue", role="supervisor")
    gateway = office.gateway
    assert sue.post(f"/models/nlu/{NAME}/trial", share=0.5).status_code == 204
    assert shelf(sue)["trial"]["outcomes"] == []
    assert shelf(sue, "recommender")["trial"] is None
    # Two guests, of whom the one on trial asks for a person.
    for version, words in ((f"{NAME}@b", "get me a person"), ("shipped@a", "red shoes")):
        gateway.parser.intents["get me a person"] = "human_handoff"
        gateway.parser.version = version
        gateway.chat().say(words)

    outcomes = shelf(sue)["trial"]["outcomes"]

    assert [(each["model"], each["on_trial"], each["shoppers"]) for each in outcomes] == [
        ("shipped@a", False, 1),
        (f"{NAME}@b", True, 1),
    ]
    alone = [
        rate["count"]
        for each in outcomes
        for rate in each["rates"]
        if rate["name"] == "without_person"
    ]
    assert alone == [1, 0]
    # Whoever puts it into use has done with trying.
    assert sue.post(f"/models/nlu/{NAME}/promote", anyway=None).status_code == 200
    assert shelf(sue)["trial"] is None
