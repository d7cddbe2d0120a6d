"""The account pages that allauth does not bring."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.account_settings, name="account_settings"),
    path("sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
]
