"""The account pages that allauth does not have, and those that replace its own."""

from django.urls import path

from .organisation import confirmation as organisation_confirmation
from .organisation import views as organisation
from .views import account as views
from .views import codes, confirmation, data, mails

urlpatterns = [
    path("", views.account_settings, name="account_settings"),
    # Those of allauth's names replace allauth's pages of the same names.
    path("confirm-email/", codes.ConfirmAddress.as_view(), name="account_email_verification_sent"),
    path("signup/", views.SignUp.as_view(), name="account_signup"),
    path("password/reset/confirm/", codes.ConfirmReset.as_view(), name="account_confirm_password_reset_code"),
    path("reauthenticate/", confirmation.ConfirmByPassword.as_view(), name="account_reauthenticate"),
    path("2fa/reauthenticate/", confirmation.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
    path("2fa/webauthn/reauthenticate/", confirmation.ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("organisation/", organisation.sign_in, name="organisation_sign_in"),
    path("organisation/callback", organisation.callback, name="organisation_callback"),
    path(
        "organisation/confirm",
        organisation_confirmation.ConfirmByOrganisation.as_view(),
        name="organisation_confirm",
    ),
    path("sessions/", views.Sessions.as_view(), name="usersessions_list"),
    path("data/", data.data, name="account_data"),
    path("data/download", data.download, name="account_download"),
    path("data/delete", data.delete, name="account_delete"),
    path("data/deleted", data.deleted, name="account_deleted"),
    path("time-zone", views.follow_browser_zone, name="account_time_zone"),
    path("mails/", mails.set_preferences, name="account_mails"),
    path("mails/unsubscribe/<str:token>", mails.opt_out),  # in mails from before
    path("sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
]
