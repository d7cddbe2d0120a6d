"""Every address of the site; `rooms.urls` and allauth bring their own."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("how-it-works", views.how_it_works, name="how_it_works"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("rooms.urls")),
]

if settings.DEV_MAIL:
    urlpatterns += [path("dev/", include("accounts.dev_urls"))]

handler500 = "meetingpoint_site.views.server_error"
