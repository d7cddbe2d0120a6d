"""The account pages that allauth does not bring, and those that stand in for its own."""

from allauth.account.views import PasswordResetView
from django.urls import path

from rooms import ratelimit

from . import views, views_data, views_mails

limited_sign_up = ratelimit.limited(ratelimit.SIGN_UP, ratelimit.address_of)

limited_reset = ratelimit.limited(ratelimit.RESET, ratelimit.mail_address_of)

urlpatterns = [
    path("", views.account_settings, name="account_settings"),
    # These two stand in for allauth's pages of these names.
    path("signup/", limited_sign_up(views.SignUp.as_view()), name="account_signup"),
    path("password/reset/", limited_reset(PasswordResetView.as_view()), name="account_reset_password"),
    path("data/", views_data.data, name="account_data"),
    path("data/download", views_data.download, name="account_download"),
    path("data/delete", views_data.delete, name="account_delete"),
    path("data/deleted", views_data.deleted, name="account_deleted"),
    path("mails/", views_mails.choose, name="account_mails"),
    path("mails/stop/<str:token>", views_mails.stop, name="mail_stop"),
    path("sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
]
