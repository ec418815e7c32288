"""`shopkeeper train dialogue`."""

from rich.console import Console

from cli import up
from common.settings import load_settings


def train_dialogue() -> None:
    """Train Rasa's rules and stories; a running shop takes the model at its next start."""
    console = Console(stderr=True)
    with console.status("Training the dialogue (about 30 s)"):
        up.train_dialogue(load_settings())
    console.print("Done.")
