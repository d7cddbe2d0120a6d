"""What each role may do in a room, as one table."""

from enum import StrEnum

from .models import Role


class Permission(StrEnum):
    """Something a person can do in or to a room. Each has a row below and in docs/roles.md; a test compares them."""

    ENTER = "enter"
    LEAVE = "leave"  # give up one's own membership for good
    SEND_LATER = "send_later"  # have files wait for another member, and receive such files
    MANAGE = "manage"  # see the manage page, its members and its links
    INVITE = "invite"  # create links for guests
    INVITE_MEMBER = "invite_member"  # create links for members
    INVITE_MODERATOR = "invite_moderator"  # create links for moderators
    REVOKE_INVITE = "revoke_invite"
    REMOVE_MEMBER = "remove_member"  # or a guest
    REMOVE_MODERATOR = "remove_moderator"
    CHANGE_ROLE = "change_role"  # appoint and dismiss moderators
    TRANSFER = "transfer"  # make another person the owner
    CHANGE = "change"  # name, expiry, people limit
    CLOSE = "close"  # and reopen
    DELETE = "delete"
    SET_KEY = "set_key"  # give a keyless room its first key
    ROTATE_KEY = "rotate_key"  # replace the key
    CHANGE_JOIN_RULE = "change_join_rule"  # who has to knock, and whether a host must be present
    ADMIT = "admit"  # let in people who knock; this is what makes a host
    END_MEETING = "end_meeting"  # for everyone in the call


HOSTS = frozenset({Role.OWNER, Role.MODERATOR})
_OWNER = frozenset({Role.OWNER})
_EVERYONE = frozenset(Role)

ROLE_PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.ENTER: _EVERYONE,
    Permission.LEAVE: _EVERYONE - _OWNER,
    Permission.SEND_LATER: _EVERYONE,
    Permission.MANAGE: HOSTS,
    Permission.INVITE: HOSTS,
    Permission.INVITE_MEMBER: HOSTS,
    Permission.INVITE_MODERATOR: _OWNER,
    Permission.REVOKE_INVITE: HOSTS,
    Permission.REMOVE_MEMBER: HOSTS,
    Permission.REMOVE_MODERATOR: _OWNER,
    Permission.CHANGE_ROLE: _OWNER,
    Permission.TRANSFER: _OWNER,
    Permission.CHANGE: _OWNER,
    Permission.CLOSE: _OWNER,
    Permission.DELETE: _OWNER,
    Permission.SET_KEY: _OWNER,
    Permission.ROTATE_KEY: HOSTS,
    Permission.CHANGE_JOIN_RULE: HOSTS,
    Permission.ADMIT: HOSTS,
    Permission.END_MEETING: HOSTS,
}


def has_permission(role: Role | str, permission: Permission) -> bool:
    """Say whether a role has a permission."""
    return Role(role) in ROLE_PERMISSIONS[permission]


def is_host(role: Role | str) -> bool:
    """Say whether a person with this role lets others in, and so never waits to be let in."""
    return has_permission(role, Permission.ADMIT)


def permission_to_remove(role: Role | str) -> Permission:
    """Return the permission that removing a person with this role takes."""
    return Permission.REMOVE_MODERATOR if role == Role.MODERATOR else Permission.REMOVE_MEMBER


def permission_to_invite(role: Role | str) -> Permission:
    """Return the permission that creating a link with this role takes.

    A link with the owner's role is for another device of the owner's.
    """
    return {Role.MEMBER: Permission.INVITE_MEMBER, Role.MODERATOR: Permission.INVITE_MODERATOR}.get(
        Role(role), Permission.INVITE
    )
