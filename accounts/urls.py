"""The account pages that allauth does not bring, and those that stand in for its own."""

from allauth.account.views import signup
from django.urls import path

from rooms import ratelimit

from . import views

urlpatterns = [
    # allauth's page, with a limit of ours.
    path("signup/", ratelimit.limited(ratelimit.SIGN_UP, ratelimit.address_of)(signup), name="account_signup"),
    path("", views.account_settings, name="account_settings"),
    path("signup/", views.SignUp.as_view(), name="account_signup"),
    path("sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
]
