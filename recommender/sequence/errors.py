"""What can be wrong with the data or a trained sequence model."""

from common.errors import ConfigurationError, ShopkeeperError


class TrainingDataError(ShopkeeperError):
    """There is nothing to learn from, or not what a run began with; the detail names the cure."""

    code = "training_data"
    status = 422


class SequenceModelError(ConfigurationError):
    """A model is missing, damaged or of another catalogue; the detail names the cure."""

    code = "sequence_model"
