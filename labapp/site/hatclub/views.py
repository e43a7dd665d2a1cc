import logging
from urllib.parse import urlencode

from django.contrib import auth
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.crypto import get_random_string
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.views import View

from labapp.site import back_office
from labapp.site.hatclub.models import Member

logger = logging.getLogger("hatclub")
draft = {}


class LoginView(View):
    def get(self, request):
        if "username" in request.GET:
            username = request.GET["username"]
            password = request.GET["password"]
            user = auth.authenticate(username=username, password=password)
            if user:
                auth.login(request, user)
                return redirect("profile")
        return render(request, "registration/login.html")


class LogoutView(View):
    def get(self, request):
        return render(request, "registration/logout.html")

    def post(self, request):
        auth.logout(request)
        return redirect("login")


class ProfileView(LoginRequiredMixin, View):
    def get(self, request):
        member = request.user.member
        context = {
            "member": member,
            "draft": draft.get("hiding_place"),
            "saved": request.GET.get("saved"),
        }
        return render(request, "hatclub/profile.html", context)

    def post(self, request):
        hiding_place = request.POST["hiding_place"]
        draft["hiding_place"] = hiding_place
        logger.info("%s hides the hat: %s", request.user, hiding_place)
        back_office.notify()
        request.session["hiding_place"] = hiding_place
        request.user.member.hiding_place = hiding_place
        request.user.member.save()
        return redirect("/profile?" + urlencode({"saved": hiding_place}))


class ApiView(View):
    def get(self, request):
        member = get_object_or_404(Member, api_key=request.GET.get("key"))
        return JsonResponse({"member": str(member), "hiding_place": member.hiding_place})


class PasswordResetView(View):
    def get(self, request):
        return render(request, "registration/password_reset_form.html")

    def post(self, request):
        for member in Member.objects.filter(user__email=request.POST["email"]):
            member.reset_token = get_random_string(32)
            member.save()
            letter = {
                "protocol": request.scheme,
                "domain": request.get_host(),
                "uid": urlsafe_base64_encode(str(member.pk).encode()),
                "token": member.reset_token,
            }
            mail = render_to_string("registration/password_reset_email.html", letter)
            member.user.email_user("Your new password", mail)
        return redirect("password_reset_done")


class PasswordResetConfirmView(View):
    def dispatch(self, request, uidb64, token):
        pk = urlsafe_base64_decode(uidb64).decode()
        get_object_or_404(Member, pk=pk, reset_token=token)
        return super().dispatch(request, User.objects.get(pk=pk))

    def get(self, request, user):
        context = {"validlink": True}
        return render(request, "registration/password_reset_confirm.html", context)

    def post(self, request, user):
        user.set_password(request.POST["new_password1"])
        user.save()
        return redirect("password_reset_complete")
