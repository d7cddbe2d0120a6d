"""The account pages that allauth does not bring, and those that stand in for its own."""

from allauth.account.views import PasswordResetView
from django.urls import path

from common import ratelimit

from .views import account as views
from .views import data, mails

limited_sign_up = ratelimit.limited(ratelimit.SIGN_UP, ratelimit.address_of)

limited_reset = ratelimit.limited(ratelimit.RESET, ratelimit.mail_address_of)

urlpatterns = [
    path("", views.account_settings, name="account_settings"),
    # These two stand in for allauth's pages of these names.
    path("signup/", limited_sign_up(views.SignUp.as_view()), name="account_signup"),
    path("password/reset/", limited_reset(PasswordResetView.as_view()), name="account_reset_password"),
    path("data/", data.data, name="account_data"),
    path("data/download", data.download, name="account_download"),
    path("data/delete", data.delete, name="account_delete"),
    path("data/deleted", data.deleted, name="account_deleted"),
    path("mails/", mails.choose, name="account_mails"),
    path("mails/stop/<str:token>", mails.stop, name="mail_stop"),
    path("sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
]
