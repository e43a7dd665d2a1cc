"""The tests. A module they share is imported as ``from tests.name import ...``."""
