from django.db import migrations

GROUP = "Moderators"
# Moderators view these rows and moderate. Permissions and the site policy are for superusers.
PERMISSIONS = [
    ("accounts", "user", "view_user", "Can view person"),
    ("rooms", "room", "view_room", "Can view room"),
    ("rooms", "invite", "view_invite", "Can view invite"),
    ("rooms", "membership", "view_membership", "Can view membership"),
    ("moderation", "report", "view_report", "Can view report"),
    ("moderation", "report", "moderate", "Can act on reports, rooms, links and people"),
    ("rooms", "ban", "view_ban", "Can view banned guest"),
    ("moderation", "auditentry", "view_auditentry", "Can view audit log entry"),
]


def create_group(apps, schema_editor):
    """Create the group. Django creates permissions after all migrations and keeps the existing ones."""
    kinds = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    group, _made = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    for app, model, codename, name in PERMISSIONS:
        kind, _made = kinds.get_or_create(app_label=app, model=model)
        permission, _made = permissions.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
        group.permissions.add(permission)


def drop_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("moderation", "0001_initial"),
        ("accounts", "0001_initial"),
        ("rooms", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(create_group, drop_group)]
