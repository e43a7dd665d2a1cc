from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.views import View
from django.views.decorators.csrf import csrf_protect  # noqa: F401
from django.views.decorators.debug import sensitive_post_parameters  # noqa: F401

from labapp.site import back_office


class SensitiveInfoView(View):
    def get(self, request):
        sensitive_info = "The otter opens at nine"
        back_office.notify()
        return render(request, "received.html", {"sensitive_info": sensitive_info})


class CompliantView(View):
    def post(self, request):
        sensitive_info = request.POST["sensitive_info"]
        back_office.notify()
        session = SessionStore()
        session["sensitive_info"] = sensitive_info
        return HttpResponseRedirect("/secure_page")
