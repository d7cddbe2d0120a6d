"""Addresses of rooms, of the call page and of invite links."""

from django.urls import path, re_path

from .views import (
    call,
    connection_check,
    hosting,
    invite_mail,
    invites,
    keys,
    members,
    reports,
    rooms,
    share_target,
)

app_name = "rooms"
urlpatterns = [
    path("rooms/", rooms.dashboard, name="dashboard"),
    path("rooms/new", rooms.create, name="create"),
    path("rooms/<slug:slug>/", rooms.manage, name="manage"),
    path("rooms/<slug:slug>/edit", rooms.edit, name="edit"),
    path("rooms/<slug:slug>/close", rooms.close, name="close"),
    path("rooms/<slug:slug>/reopen", rooms.reopen, name="reopen"),
    path("rooms/<slug:slug>/delete", rooms.delete, name="delete"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/remove", members.remove, name="remove"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/role", members.change_role, name="change_role"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/hand-over", members.hand_over, name="hand_over"),
    path("rooms/<slug:slug>/people/<uuid:place_id>/offer", members.offer, name="offer"),
    path("rooms/<slug:slug>/offer/withdraw", members.withdraw, name="withdraw"),
    path("rooms/<slug:slug>/offer", members.answer_offer, name="answer_offer"),
    path("rooms/<slug:slug>/leave", members.leave, name="leave"),
    path("rooms/<slug:slug>/put-out", hosting.kick, name="put_out"),
    path("rooms/<slug:slug>/door", hosting.join_rule, name="door"),
    path("rooms/<slug:slug>/end", hosting.end_meeting, name="end_meeting"),
    path("rooms/<slug:slug>/lock", keys.set_key, name="lock"),
    path("rooms/<slug:slug>/invites", invites.invites, name="invites"),
    path("rooms/<slug:slug>/invites/<int:invite_id>/revoke", invites.revoke, name="revoke"),
    path("rooms/<slug:slug>/invites/<int:invite_id>/mail", invite_mail.mail, name="mail_invite"),
    path("rooms/<slug:slug>/report", reports.report, name="report"),
    path("connection-test", connection_check.page, name="connection_test"),
    path("connection-test/servers", connection_check.servers, name="connection_test_servers"),
    path("files/service-worker.js", share_target.service_worker),
    path("files/share", share_target.share, name="share"),
    path("r/<slug:slug>", call.call, name="call"),
    path("i", invites.invite_page, name="invite"),
    # The link as mail scanners rewrite it: `/i%23k=…`, `/i/%23k=…`.
    re_path("^i[/#](?P<rest>.*)$", invites.invite_page),
    path("invites/redeem", invites.redeem, name="redeem"),
]
