"""The account pages that allauth does not have, and three that replace its own."""

from allauth.account.views import PasswordResetView
from django.urls import path

from common import ratelimit

from .views import account as views
from .views import codes, data, mails

limit_sign_up = ratelimit.rate_limited(ratelimit.SIGN_UP, ratelimit.ip_address_of)

limit_reset = ratelimit.rate_limited(ratelimit.RESET, ratelimit.email_of)

urlpatterns = [
    path("", views.account_settings, name="account_settings"),
    # These three replace allauth's pages of the same names.
    path("confirm-email/", codes.ConfirmAddress.as_view(), name="account_email_verification_sent"),
    path("signup/", limit_sign_up(views.SignUp.as_view()), name="account_signup"),
    path("password/reset/", limit_reset(PasswordResetView.as_view()), name="account_reset_password"),
    path("data/", data.data, name="account_data"),
    path("data/download", data.download, name="account_download"),
    path("data/delete", data.delete, name="account_delete"),
    path("data/deleted", data.deleted, name="account_deleted"),
    path("time-zone", views.follow_browser_zone, name="account_time_zone"),
    path("mails/", mails.set_preferences, name="account_mails"),
    path("mails/unsubscribe/<str:token>", mails.opt_out),  # in mails from before
    path("sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
]
