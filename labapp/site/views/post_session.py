from django.shortcuts import render
from django.views import View

from labapp.site import back_office


class SensitiveInfoView(View):
    def post(self, request):
        sensitive_info = request.POST["sensitive_info"]
        back_office.notify()
        request.session["sensitive_info"] = sensitive_info
        return render(request, "received.html")


class SecurePageView(View):
    def get(self, request):
        sensitive_info = request.session.get("sensitive_info")
        return render(request, "secure_page.html", {"sensitive_info": sensitive_info})
