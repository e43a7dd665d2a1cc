"""The site: a small, deliberately weak Django project that a student can read.

Begin with `settings`, then `urls`, then `views.nothing`, which is where every
chapter starts. The lab itself comes in by one door only, `application`.
"""
