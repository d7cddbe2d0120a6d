"""Shorten the keyed hashes of addresses to 128 bits, so that the links of mails fit on a line."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Substr


def shorten(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "MailOptOut").objects.update(address_hash=Substr("address_hash", 1, 32))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_time_zone")]

    operations = [
        migrations.RunPython(shorten, migrations.RunPython.noop),
        migrations.AlterField("mailoptout", "address_hash", models.CharField(max_length=32)),
    ]
