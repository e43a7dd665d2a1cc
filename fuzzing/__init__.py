"""Fuzzing: a great many damaged inputs for whatever reads bytes of others. `make fuzz`.

Each input is made from its number alone, so that one that breaks something can be made
again. tests/test_fuzzing.py runs a short form of it.
"""
