"""A compiled query answers as the ORM would."""

from typing import Any

import pytest
from django.db.models import Exists, F, OuterRef, Value

from accounts.models import User
from rooms.compiled_query import CompiledQuery
from rooms.models import Room

SLUG: tuple[Any, Any] = (Room._meta.get_field("slug"), "x")


@pytest.mark.django_db
def test_a_compiled_query_gives_the_same_instances_as_the_orm() -> None:
    olga = User.objects.create_user("olga@example.org", display_name="Olga")
    for slug in ("first", "second"):
        Room.objects.create(name=slug.title(), slug=slug, owner=olga)
    by_slug = CompiledQuery(lambda slug: Room.objects.select_related("owner").filter(slug=slug), SLUG)
    for slug in ("first", "second"):
        (room,) = by_slug(slug)
        assert vars(room) | {"_state": None} == vars(Room.objects.select_related("owner").get(slug=slug)) | {
            "_state": None
        }
        assert room.owner.email == "olga@example.org"
        assert vars(room.owner) | {"_state": None} == vars(User.objects.get(pk=olga.pk)) | {"_state": None}
        assert (room._state.adding, room._state.db) == (False, "default")
    assert by_slug("third") == []


@pytest.mark.django_db
def test_what_was_not_read_is_read_when_it_is_asked_for(django_assert_num_queries: Any) -> None:
    olga = User.objects.create_user("olga@example.org", display_name="Olga")
    Room.objects.create(name="First", slug="first", owner=olga)
    by_slug = CompiledQuery(
        lambda slug: (
            Room.objects.select_related("owner", "pending_owner")
            .only("slug", "owner__email", "pending_owner")
            .filter(slug=slug)
        ),
        SLUG,
    )
    with django_assert_num_queries(1):
        (room,) = by_slug("first")
        assert (room.slug, room.owner.email) == ("first", "olga@example.org")
        assert room.pending_owner is None
    assert room.get_deferred_fields() >= {"name", "epoch"}
    with django_assert_num_queries(2):
        assert (room.name, room.owner.display_name) == ("First", "Olga")
    room.name = "Second"
    room.save(update_fields=["name"])
    assert Room.objects.get().name == "Second"


@pytest.mark.django_db
def test_a_compiled_query_has_annotations_with_constants_too() -> None:
    olga = User.objects.create_user("olga@example.org", display_name="Olga")
    for slug in ("first", "second"):
        Room.objects.create(name=slug.title(), slug=slug, owner=olga)
    others = Room.objects.filter(owner=OuterRef("owner"), slug__gt=OuterRef("slug"))
    by_slug: CompiledQuery[Any] = CompiledQuery(
        lambda slug: Room.objects.annotate(seven=Value(7), followed=Exists(others)).filter(slug=slug), SLUG
    )
    assert [(room.slug, room.seven, room.followed) for slug in ("first", "second") for room in by_slug(slug)] == [
        ("first", 7, True),
        ("second", 7, False),
    ]


@pytest.mark.django_db
def test_a_query_with_other_parameters_is_refused() -> None:
    name: tuple[Any, Any] = (Room._meta.get_field("name"), "y")
    swapped = CompiledQuery(lambda slug, name: Room.objects.filter(name=name).filter(slug=slug), SLUG, name)
    hidden = CompiledQuery(lambda slug: Room.objects.filter(slug=slug).filter(epoch=F("epoch") + 1), SLUG)
    for query, values in ((swapped, ("a", "b")), (hidden, ("a",))):
        with pytest.raises(ValueError, match="in their order"):
            query(*values)
