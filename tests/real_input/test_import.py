"""All of the real list in one go: every row becomes a case or is listed, and a second run adds nothing."""

from __future__ import annotations

import pytest

from tests.real_input.messages import FILE, MISSING
from tests.real_input.importing import imported

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=MISSING)
