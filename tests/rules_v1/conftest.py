import pytest

from tests.rules_v1 import village


@pytest.fixture(scope="session")
def rules():
    return village.rules()
