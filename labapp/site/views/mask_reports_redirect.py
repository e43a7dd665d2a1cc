from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from labapp.site import back_office


@method_decorator(sensitive_post_parameters("sensitive_info"), name="dispatch")
class SensitiveInfoView(View):
    def get(self, request):
        sensitive_info = request.GET["sensitive_info"]
        back_office.notify()
        return redirect("/secure_page?" + urlencode({"sensitive_info": sensitive_info}))


class SecurePageView(View):
    def get(self, request):
        sensitive_info = request.GET.get("sensitive_info")
        return render(request, "secure_page.html", {"sensitive_info": sensitive_info})
