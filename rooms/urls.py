"""Addresses of rooms, of the call page and of invite links."""

from django.urls import path, re_path

from . import (
    views_call,
    views_connection_test,
    views_files,
    views_hosting,
    views_invites,
    views_mail,
    views_people,
    views_rooms,
)
from .moderation import views as views_moderation

app_name = "rooms"
urlpatterns = [
    path("rooms/", views_rooms.dashboard, name="dashboard"),
    path("rooms/new", views_rooms.create, name="create"),
    path("rooms/<slug:slug>/", views_rooms.manage, name="manage"),
    path("rooms/<slug:slug>/edit", views_rooms.edit, name="edit"),
    path("rooms/<slug:slug>/close", views_rooms.close, name="close"),
    path("rooms/<slug:slug>/reopen", views_rooms.reopen, name="reopen"),
    path("rooms/<slug:slug>/delete", views_rooms.delete, name="delete"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/remove", views_people.remove, name="remove"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/role", views_people.change_role, name="change_role"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/hand-over", views_people.hand_over, name="hand_over"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/offer", views_people.offer, name="offer"),
    path("rooms/<slug:slug>/offer/withdraw", views_people.withdraw, name="withdraw"),
    path("rooms/<slug:slug>/offer", views_people.answer_offer, name="answer_offer"),
    path("rooms/<slug:slug>/leave", views_people.leave, name="leave"),
    path("rooms/<slug:slug>/put-out", views_hosting.put_out, name="put_out"),
    path("rooms/<slug:slug>/door", views_hosting.door, name="door"),
    path("rooms/<slug:slug>/end", views_hosting.end_meeting, name="end_meeting"),
    path("rooms/<slug:slug>/lock", views_invites.lock, name="lock"),
    path("rooms/<slug:slug>/invites", views_invites.invites, name="invites"),
    path("rooms/<slug:slug>/invites/<int:invite_id>/revoke", views_invites.revoke, name="revoke"),
    path("rooms/<slug:slug>/invites/<int:invite_id>/mail", views_mail.mail, name="mail_invite"),
    path("rooms/<slug:slug>/report", views_moderation.report, name="report"),
    path("connection-test", views_connection_test.page, name="connection_test"),
    path("connection-test/servers", views_connection_test.servers, name="connection_test_servers"),
    path("files/service-worker.js", views_files.service_worker),
    path("files/share", views_files.share, name="share"),
    path("r/<slug:slug>", views_call.call, name="call"),
    path("i", views_invites.invite_page, name="invite"),
    # The link as mail scanners rewrite it: `/i%23k=…`, `/i/%23k=…`.
    re_path("^i[/#](?P<rest>.*)$", views_invites.invite_page),
    path("invites/redeem", views_invites.redeem, name="redeem"),
]
