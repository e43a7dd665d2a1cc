"""Benchmarks: what the lab promises about its speed and completeness, measured.

``python -m benchmarks`` runs all of them, prints one table and writes it to
``docs/performance.md``. What is compared runs side by side in one run.
"""
