from django.shortcuts import render
from django.views import View

from labapp.site import back_office


class SensitiveInfoView(View):
    def get(self, request):
        sensitive_info = "The otter opens at nine"
        back_office.notify()
        return render(request, "received.html", {"sensitive_info": sensitive_info})
