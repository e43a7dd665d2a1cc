"""Mutation testing: small mistakes are made in `labapp`, and tests have to notice each.

mutmut makes the mistakes and runs the tests; here stands what it is asked, and what its
answers mean for this project. ``make mutants`` runs it; docs/trust.md has the results.
"""
