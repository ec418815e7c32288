"""What staff see of trainings and models, and what they may ask for."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.staff.wire import Person

JobKind = Literal["train_nlu", "train_recommender", "judge_nlu", "judge_recommender"]
TrainingKind = Literal["train_nlu", "train_recommender"]
ModelKind = Literal["nlu", "recommender"]

JobNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
ModelName = Annotated[str, Path(min_length=1, max_length=100)]
Lines = Annotated[int, Query(ge=1, le=5000)]


class JobRequest(BaseModel):
    """A training, or the judgement of a model that lies on the shelf."""

    model_config = ConfigDict(extra="forbid")

    kind: JobKind
    promote: bool = Field(
        default=False, description="Put it into use by itself if it passes the gate."
    )
    model: str | None = Field(default=None, max_length=100, description="The model to judge.")


class JobLine(BaseModel):
    """A job and how far it is."""

    id: str
    kind: JobKind
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    origin: Literal["staff", "command", "schedule"]
    by: Person | None
    promote: bool
    cancelling: bool
    step: str | None = Field(description="train, judge or promote, while it runs.")
    part: str | None = Field(description="What the step is at, where it tells.")
    done: int | None
    total: int | None
    model: str | None
    verdict: Literal["passed", "refused"] | None
    promoted: bool
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Jobs(BaseModel):
    """Jobs, the latest first."""

    jobs: list[JobLine]
    next: str | None


class JobLog(BaseModel):
    """The end of what a job said."""

    lines: list[str]


class Learnable(BaseModel):
    """What a training of this kind would find."""

    kind: TrainingKind
    fresh: int = Field(description="Corrections or steps of shoppers since the last training.")
    last_at: datetime | None
    usual_seconds: float | None


class Schedule(BaseModel):
    """When trainings are asked for by themselves."""

    every: Literal["off", "daily", "weekly"]
    hour: int
    timezone: str
    after: int = Field(description="Corrections that call for one at any hour; 0: none.")
    promote: bool
    next_at: datetime | None


class Learning(BaseModel):
    """What could be learnt now, and who would do it."""

    learner_runs: bool
    schedule: Schedule
    trainings: list[Learnable]


class Decision(BaseModel):
    """A promotion, or a way back."""

    at: datetime
    model: str | None = Field(description="None is what ships.")
    back: bool
    by: str = Field(description="A colleague's name, or schedule, or the command line's user.")
    passed: bool | None
    reason: str


class Model(BaseModel):
    """A model on the shelf."""

    name: str
    trained_at: datetime | None
    in_use: bool
    figures: dict[str, float]
    verdict: Literal["passed", "refused"] | None
    refused_by: list[str]
    beside: str | None
    stale: bool
    by: str
    code: str
    data_hash: str
    learnt: dict[str, int]
    page: bool


class TrialRate(BaseModel):
    """A share of what one model was followed by, and between which it lies, 95% of the time."""

    name: Literal["without_person", "handed_over", "bought", "not_understood", "thumbs_up"]
    count: int
    of: int = Field(description="Conversations, shoppers for bought, messages or thumbs.")
    share: float
    low: float
    high: float


class TrialOutcome(BaseModel):
    """What came of those whom one model answered, and no other."""

    model: str
    on_trial: bool
    shoppers: int
    rates: list[TrialRate] = Field(description="Those for which anything was counted.")


class Trial(BaseModel):
    """A model that answers some of the shoppers."""

    model: str
    share: float
    since: datetime
    outcomes: list[TrialOutcome]


class ShelfView(BaseModel):
    """The models of a kind."""

    kind: ModelKind
    in_use: str
    can_go_back: bool
    models: list[Model]
    history: list[Decision]
    trial: Trial | None


class Shelves(BaseModel):
    """The models of all kinds."""

    shelves: list[ShelfView]


class Promotion(BaseModel):
    """Why a model is to serve that the gate did not let pass; for admins."""

    model_config = ConfigDict(extra="forbid")

    anyway: str | None = Field(None, min_length=10, max_length=500)


class InUse(BaseModel):
    """What serves from now on."""

    in_use: str


class TrialRequest(BaseModel):
    """Let a model answer so many of the shoppers."""

    model_config = ConfigDict(extra="forbid")

    share: float = Field(gt=0, le=1)
