"""The account pages that allauth does not bring, and those that stand in for its own."""

from django.urls import path

from rooms import ratelimit

from . import views

limited_sign_up = ratelimit.limited(ratelimit.SIGN_UP, ratelimit.address_of)

urlpatterns = [
    path("", views.account_settings, name="account_settings"),
    # It stands in for allauth's page of this name.
    path("signup/", limited_sign_up(views.SignUp.as_view()), name="account_signup"),
    path("sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
]
