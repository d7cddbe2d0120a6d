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
    assert by_slug("third") == []


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
