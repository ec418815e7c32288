"""Tests of what needs Rasa; run with bot/.venv, from tests/bot/test_addons.py or by hand."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
