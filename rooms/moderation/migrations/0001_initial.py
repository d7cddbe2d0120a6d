

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('rooms', '0002_hide_address'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Ban',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('browser', models.UUIDField(editable=False, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='banned')),
            ],
            options={
                'verbose_name': 'banned guest',
                'verbose_name_plural': 'banned guests',
                'ordering': ['-created_at'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about_browser', models.UUIDField(db_index=True, editable=False, null=True)),
                ('about_person', models.BooleanField(default=False, editable=False, verbose_name='about a person')),
                ('by_browser', models.UUIDField(editable=False, null=True)),
                ('category', models.CharField(choices=[('harassment', 'Harassment or threats'), ('hate', 'Hatred against a group'), ('sexual', 'Unwanted sexual content'), ('children', 'A child is in danger'), ('fraud', 'Fraud, or somebody pretends to be another'), ('disruption', 'Disruption or unwanted advertising'), ('other', 'Something else')], max_length=12, verbose_name='what it is about')),
                ('words', models.TextField(blank=True, max_length=2000, verbose_name='in their words')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False, verbose_name='reported')),
                ('settled_at', models.DateTimeField(blank=True, db_index=True, editable=False, null=True, verbose_name='settled')),
                ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='rooms.membership', verbose_name='place of the person')),
                ('about_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports_about', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports_by', to=settings.AUTH_USER_MODEL, verbose_name='reported by')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports_about_rooms', to=settings.AUTH_USER_MODEL, verbose_name='owner of the room')),
                ('room', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='rooms.room', verbose_name='room')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['-created_at'],
                'permissions': [('moderate', 'Can act on reports, rooms, links and people')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='SiteRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sign_up_open', models.BooleanField(default=True, help_text='Off: nobody can sign up. Guests still come in by links.', verbose_name='new accounts')),
                ('room_makers', models.CharField(choices=[('everybody', 'everybody with an account'), ('verified', 'people whose e-mail address is proven'), ('staff', 'staff'), ('group', 'staff, and the people of one group')], default='everybody', max_length=10, verbose_name='who may make rooms')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='auth.group', verbose_name='group')),
            ],
            options={
                'verbose_name': 'rules of the site',
                'verbose_name_plural': 'rules of the site',
                'default_permissions': ('view', 'change'),
            },
        ),
        migrations.CreateModel(
            name='Deed',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('act', models.CharField(editable=False, max_length=20, verbose_name='what')),
                ('kind', models.CharField(editable=False, max_length=10, verbose_name='kind')),
                ('target', models.CharField(editable=False, max_length=36, verbose_name='number')),
                ('reason', models.CharField(editable=False, max_length=500, verbose_name='reason')),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deeds', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('report', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deeds', to='moderation.report', verbose_name='report')),
            ],
            options={
                'verbose_name': 'act of a moderator',
                'verbose_name_plural': 'acts of moderators',
                'ordering': ['-at'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['kind', 'target'], name='deed_target')],
            },
        ),
    ]
