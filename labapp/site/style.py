"""The style sheet, apart from the pages: a page is a packet that learners read."""

from __future__ import annotations

from django.urls import path
from django.views.generic import TemplateView

STYLE = path(
    "style.css", TemplateView.as_view(template_name="style.css", content_type="text/css")
)
