"""What the offline commands leave: exactly the published files, columns and types."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.evidence import Identity, Outcome
from models.decision import Decision, RiskBand
from models.reasons import REASONS

from .conftest import ROOT
