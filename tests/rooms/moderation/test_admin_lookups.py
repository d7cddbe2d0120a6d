"""The lists of the admin site filter by what they offer, and by nothing else that a person writes into the address."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import IGNORED_PARAMS, SEARCH_VAR
from django.db.models import Field
from django.test import Client
from django.urls import reverse

from accounts.models import User
from rooms.moderation.admin.base import SiteModelAdmin
from tests.rooms.conftest import make_person, signed_in

pytestmark = pytest.mark.django_db
LISTS = sorted(model._meta.label for model in admin.site._registry)


@pytest.fixture
def superuser(mona: User) -> Client:
    """The browser of a moderator who may see every list."""
    User.objects.filter(pk=mona.pk).update(is_superuser=True)
    return signed_in(mona)


def address(model) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")


def lookups(model) -> list[str]:
    """Return parameters for every field of a model and of those that it refers to, hidden ones among them."""
    fields: list[str] = []
    for field in model._meta.get_fields():
        fields.append(field.name)
        if field.related_model and isinstance(field, Field):
            fields += [f"{field.name}__{other.name}" for other in field.related_model._meta.concrete_fields]
    return [
        f"{name}{ending}" for name in fields for ending in ("", "__startswith", "__gt", "__regex", "__in", "__isnull")
    ]


def test_a_password_hash_cannot_be_read_character_by_character(superuser: Client):
    victim = make_person("Victim")
    answers = {
        superuser.get("/admin/accounts/user/", {f"password__{how}": start}).status_code
        for how in ("startswith", "regex", "gt", "contains")
        for start in (victim.password[:20], "~")
    }
    assert answers == {400}


@pytest.mark.parametrize("label", LISTS)
def test_every_list_refuses_every_lookup_that_it_does_not_offer(superuser: Client, label: str):
    model = next(model for model in admin.site._registry if model._meta.label == label)
    model_admin = admin.site._registry[model]
    assert isinstance(model_admin, SiteModelAdmin), "a list of the admin site that filters by any field"
    page = superuser.get(address(model), follow=True)
    assert page.status_code == 200
    offered = set(re.findall(r"[?&;]([a-z_]+)=", page.content.decode()))
    refused = [name for name in lookups(model) if not model_admin.lookup_allowed(name, "x", page.wsgi_request)]
    assert refused
    assert not offered & set(refused)
    assert len(set(lookups(model)) - set(refused)) <= 8
    if label != "accounts.SitePolicy":  # it has one row and no list
        assert {superuser.get(address(model), {name: "x"}).status_code for name in refused[:12]} == {400}


@pytest.mark.parametrize("label", LISTS)
def test_every_list_opens_with_each_filter_that_it_offers(superuser: Client, targets, label: str):
    model = next(model for model in admin.site._registry if model._meta.label == label)
    page = superuser.get(address(model), follow=True).content.decode()
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]+)"', page)}
    for link in links:
        assert superuser.get(address(model) + link).status_code == 200, link
    assert superuser.get(address(model), {SEARCH_VAR: "a"}, follow=True).status_code == 200
    assert SEARCH_VAR in IGNORED_PARAMS
