import pytest

pytest.register_assert_rewrite("tests.rules")

from tests.rules_coop import coop  # noqa: E402


@pytest.fixture(scope="session")
def rules():
    return coop.rules()
