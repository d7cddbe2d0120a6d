"""Addresses of rooms, of the call page and of invite links."""

from django.urls import path, re_path

from .views import (
    call,
    connection_check,
    first_room,
    hosting,
    invite_mail,
    invites,
    keys,
    members,
    reports,
    rooms,
    share_target,
    transfers,
)

app_name = "rooms"
urlpatterns = [
    path("rooms/", rooms.dashboard, name="dashboard"),
    path("rooms/first", first_room.first_room, name="first"),
    path("rooms/new", rooms.create, name="create"),
    path("rooms/<slug:slug>/", rooms.manage, name="manage"),
    path("rooms/<slug:slug>/edit", rooms.edit, name="edit"),
    path("rooms/<slug:slug>/close", rooms.close, name="close"),
    path("rooms/<slug:slug>/reopen", rooms.reopen, name="reopen"),
    path("rooms/<slug:slug>/delete", rooms.delete, name="delete"),
    path("rooms/<slug:slug>/turned-away/forget", rooms.forget, name="forget_turned_away"),
    path("rooms/<slug:slug>/members/<uuid:membership_id>/remove", members.remove, name="remove"),
    path("rooms/<slug:slug>/members/<uuid:membership_id>/role", members.change_role, name="change_role"),
    path("rooms/<slug:slug>/members/<uuid:membership_id>/transfer", members.transfer, name="transfer"),
    path("rooms/<slug:slug>/members/<uuid:membership_id>/offer", members.offer_ownership, name="offer_ownership"),
    path("rooms/<slug:slug>/offer/cancel", members.cancel_offer, name="cancel_offer"),
    path("rooms/<slug:slug>/offer", members.answer_offer, name="answer_offer"),
    path("rooms/<slug:slug>/leave", members.leave, name="leave"),
    path("rooms/<slug:slug>/kick", hosting.kick, name="kick"),
    path("rooms/<slug:slug>/join-rule", hosting.join_rule, name="join_rule"),
    path("rooms/<slug:slug>/end", hosting.end_meeting, name="end_meeting"),
    path("rooms/<slug:slug>/key", keys.set_key, name="set_key"),
    path("rooms/<slug:slug>/invites", invites.invites, name="invites"),
    path("rooms/<slug:slug>/invites/<int:invite_id>/revoke", invites.revoke, name="revoke"),
    path("rooms/<slug:slug>/invites/<int:invite_id>/mail", invite_mail.mail, name="mail_invite"),
    path("rooms/<slug:slug>/transfers", transfers.announce, name="announce_transfer"),
    path("rooms/<slug:slug>/transfers/remove", transfers.remove, name="remove_transfer"),
    path("rooms/<slug:slug>/report", reports.report, name="report"),
    path("connection-test", connection_check.page, name="connection_test"),
    path("connection-test/servers", connection_check.servers, name="connection_test_servers"),
    path("files/service-worker.js", share_target.service_worker),
    path("files/share", share_target.share, name="share"),
    path("r/<slug:slug>", call.call, name="call"),
    path("i", invites.invite_page, name="invite"),
    # The link as mail scanners rewrite it: `/i%23k=…`, `/i/%23k=…`.
    re_path("^i[/#](?P<rest>.*)$", invites.invite_page),
    path("invites/look", invites.look, name="look"),
    path("invites/redeem", invites.redeem, name="redeem"),
]
