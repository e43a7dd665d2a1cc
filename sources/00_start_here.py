# %% [markdown]
# # See your own words cross

# %% [markdown] tags=["claim"]
# This notebook runs on Python 3.11 or newer.

# %% tags=["docassert"]
import sys

assert sys.version_info >= (3, 11)
