"""What can be wrong with the data or a trained adapter."""

from common.errors import ConfigurationError, ShopkeeperError


class DatasetError(ShopkeeperError):
    """A row cannot be learnt from; the detail names the file, the row and what is wrong."""

    code = "dataset"
    status = 422


class AdapterError(ConfigurationError):
    """An adapter is missing, damaged or made for another encoder; the detail names the cure."""

    code = "adapter"


class ExportError(AdapterError):
    """An adapter is whole, but cannot be exported for ONNX Runtime; torch runs it all the same."""

    code = "export"
