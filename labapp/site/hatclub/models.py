"""A member of the club: where the hat is hidden, and two keys of the first version."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models


class Member(models.Model):
    """What the club keeps about one user."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True)
    hiding_place = models.CharField(max_length=200, blank=True)
    api_key = models.CharField(max_length=40)
    reset_token = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return str(self.user)
