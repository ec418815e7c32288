"""What Rasa is extended with lies in `bot/`; some of it needs no Rasa and is tested here."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "bot"))
