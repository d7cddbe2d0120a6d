"""Encrypt the secrets of second factors that were stored before there was encryption."""

from contextlib import suppress

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.authentication.encryption import FACTOR_SECRETS, NotReadable, decrypt, is_encrypted
from accounts.authentication.factor_secrets import with_current_key


def encrypt_all(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    for row in apps.get_model("mfa", "Authenticator").objects.all():
        with suppress(NotReadable):  # encrypted already, by a key that is no longer here
            row.data = with_current_key(row.data)
        row.save(update_fields=["data"])


def decrypt_all(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    for row in apps.get_model("mfa", "Authenticator").objects.all():
        for name in ("secret", "seed"):
            if is_encrypted(row.data.get(name, "")):
                row.data[name] = decrypt(row.data[name], FACTOR_SECRETS)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_short_address_hash"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(encrypt_all, decrypt_all)]
