"""Every address of the site; `rooms.urls` and allauth bring their own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.views import mails
from rooms.moderation.admin.action_view import action_view
from rooms.moderation.admin.dashboard import search_view

from . import root_files, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("how-it-works", views.how_it_works, name="how_it_works"),
    path("favicon.ico", root_files.icon("favicon.ico", "image/x-icon")),
    path("apple-touch-icon.png", root_files.icon("apple-touch-icon.png", "image/png")),
    path("robots.txt", root_files.robots),
    path(".well-known/security.txt", root_files.security),
    path("unsubscribe/<str:token>", mails.opt_out, name="mail_opt_out"),
    path("accounts/", include("accounts.urls")),
    # Without allauth's pages of other sites: an organisation's are in accounts.urls.
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path(f"{settings.ADMIN_PATH}search/", admin.site.admin_view(search_view), name="moderation_search"),
    path(f"{settings.ADMIN_PATH}action/<slug:name>/", admin.site.admin_view(action_view), name="moderation_action"),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("", include("rooms.urls")),
]

if settings.DEV_MAIL:
    urlpatterns += [path("dev/", include("accounts.dev_urls"))]

handler500 = "meetingpoint_site.views.server_error"
