"""Enrolling: the club's tables, and a row for everybody who joins."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils.crypto import get_random_string

from labapp.site.hatclub import views
from labapp.site.hatclub.joining import NewMember
from labapp.site.hatclub.models import Member


def enrol(members: Iterable[NewMember]) -> None:
    """Make the club's tables in a database that has none of them, and let *members* join.

    Call it from a thread without an event loop.
    """
    views.draft.clear()  # as after a start of the server
    try:
        with connection.schema_editor() as editor:
            there = set(connection.introspection.table_names())
            for model in apps.get_models():
                if model._meta.db_table not in there:  # noqa: SLF001  # a documented API
                    editor.create_model(model)
        for one in members:
            user = User.objects.create_user(one.name, one.email, one.password)
            Member.objects.create(user=user, api_key=get_random_string(20))
    finally:
        connection.close()
