import pytest

pytest.register_assert_rewrite("tests.rules")

from tests.rules_works import project  # noqa: E402


@pytest.fixture(scope="session")
def rules():
    return project.rules()
