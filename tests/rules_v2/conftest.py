import pytest

pytest.register_assert_rewrite("tests.rules")

from tests.rules_v2 import township  # noqa: E402


@pytest.fixture(scope="session")
def rules():
    return township.rules()
