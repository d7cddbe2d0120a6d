"""`make install` on a bare Debian: a site that answers, no change the second time, an upgrade, and nothing left.

The server has the files of debootstrap and nothing more, systemd as its first process, and no network: packages of
Debian and of Python were fetched before. So its certificates come from an authority on the server itself: Caddy and
certbot ask it by ACME as they ask Let's Encrypt, or the site signs its own.
"""

import re
import time
from pathlib import Path

import pytest

from tests.deploy.authority import DIRECTORY, establish
from tests.deploy.bare import ASK, HOST, LIST, SOURCE, checkout, start_mail_server
from tests.deploy.machine import Machine, StepFailed
from tests.services import wait_until

pytestmark = pytest.mark.long

SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
ISSUER = f"echo | openssl s_client -connect {HOST}:443 -servername {HOST} 2>/dev/null | openssl x509 -noout -issuer"
STAFF = (
    "DJANGO_SUPERUSER_PASSWORD=$(openssl rand -hex 12) "
    "meetingpoint createsuperuser --noinput --email max@example.org --display_name Max"
)
NEWCOMER = "from accounts.models import User; User.objects.create_user('olga@example.org', display_name='Olga')"


def started(machine: Machine) -> str:
    """Return when each service of the site started, and what the files of the system were last changed."""
    return machine.run(
        "systemctl show -p Id -p ActiveEnterTimestampMonotonic 'meetingpoint@*' caddy nginx coturn\n"
        "find /etc /opt/meeting-point /usr/local -newer /run/settled -type f | grep -v /meetingpoint/secrets || true"
    )


WORDS = {
    "caddy": f"DOMAIN={HOST} TLS={DIRECTORY} EMAIL_URL_FILE=/root/email_url",
    "nginx": f"DOMAIN={HOST} TLS=internal EMAIL_URL=smtp://127.0.0.1:25 PROXY=nginx PROCESSES=2",
}


@pytest.mark.parametrize("proxy", WORDS)
def test_a_bare_server_becomes_a_site_and_is_bare_again(bare: Path, proxy: str) -> None:
    trusted = {"caddy": SYSTEM, "nginx": "/etc/meetingpoint/tls/fullchain.pem"}[proxy]
    with Machine(bare) as machine:
        checkout(machine)
        start_mail_server(machine)
        machine.write("/root/email_url", "smtp://127.0.0.1:25\n", 0o600)
        if proxy == "caddy":
            establish(machine)
        before = machine.run(LIST)
        began = time.monotonic()
        said = machine.run(f"make -C {SOURCE} install {WORDS[proxy]}", seconds=900)
        assert f"Meeting Point is at https://{HOST}" in said
        assert time.monotonic() - began < 600
        # Written in the right places, for the right eyes.
        rights = machine.run(
            "stat -c '%a %U' /etc/meetingpoint/secrets /etc/meetingpoint/secrets/* /etc/turnserver.conf"
        )
        assert set(rights.splitlines()) == {"700 root", "600 root", "400 turnserver"}
        assert machine.run(f"python3 -c '{ASK}' {trusted} /readyz").startswith("200")
        assert "Meeting Point" in machine.run(f"python3 -c '{ASK}' {trusted} /")
        assert "sockets_open" in machine.run(f'meetingpoint shell -c "{NEWCOMER}" && echo sockets_open')
        machine.run(STAFF)
        machine.run("systemctl start meetingpoint-prune meetingpoint-remind meetingpoint-certificate")
        machine.run("meetingpoint backup /var/backups/meetingpoint/before-a-change.zip && meetingpoint check --deploy")
        if proxy == "caddy":  # the daily service, with the few rights that it has, hands on a newer certificate
            machine.run(
                "echo old > /etc/meetingpoint/tls/fullchain.pem && systemctl start meetingpoint-certificate\n"
                "grep --quiet BEGIN /etc/meetingpoint/tls/fullchain.pem"
            )
        else:  # and one that no authority has signed is made again before it ends
            machine.run(
                f"cd /etc/meetingpoint/tls && openssl req -x509 -newkey rsa:2048 -nodes -days 3 -subj /CN={HOST} "
                f"-addext subjectAltName=DNS:{HOST} -keyout privkey.pem -out fullchain.pem 2>/dev/null\n"
                "systemctl start meetingpoint-certificate && openssl x509 -checkend 60000000 -in fullchain.pem"
            )
            ask = f"python3 -c '{ASK}' {trusted} /readyz 2>/dev/null || true"
            # A reload has begun when systemd says so; the former workers accept connections a moment longer.
            wait_until(lambda: machine.run(ask).startswith("200"), 30, "nginx shows the new certificate")
        # Again: nothing changes, nothing starts again.
        machine.run("touch /run/settled")
        was = started(machine)
        assert "Nothing was changed." in machine.run(f"make -C {SOURCE} install", seconds=300)
        assert started(machine) == was
        # An upgrade while the mail server is away: the release runs, and stays. Then the way back, and a release that
        # does not start.
        first = machine.run("readlink /opt/meeting-point/current")
        checkout(machine, "/root/next")
        machine.run("echo >> /root/next/README.md && systemctl stop mail.socket")
        with pytest.raises(StepFailed, match="what is WRONG"):
            machine.run("make -C /root/next upgrade BACKUP=no", seconds=400)
        newer = machine.run("readlink /opt/meeting-point/current")
        assert newer != first
        machine.run("systemctl start mail.socket && make -C /root/next upgrade BACKUP=no", seconds=400)
        machine.run("make -C /root/next rollback", seconds=120)
        older = machine.run("readlink /opt/meeting-point/current")
        assert older == first
        machine.run("echo 'raise SystemExit(3)' >> /root/next/meetingpoint_site/asgi.py")
        with pytest.raises(StepFailed, match="the release from before runs"):
            machine.run("make -C /root/next upgrade BACKUP=no", seconds=400)
        assert machine.run("readlink /opt/meeting-point/current") == older
        assert machine.run(f"python3 -c '{ASK}' {trusted} /readyz").startswith("200")
        assert "olga" in machine.run(
            "meetingpoint shell -c \"from accounts.models import User; print(User.objects.values_list('email'))\""
        )
        if proxy == "caddy":  # another proxy: the former one gives up its ports and its files, and starts no more
            machine.run("systemctl stop authority")
            with pytest.raises(StepFailed, match=f"no certificate for {re.escape(HOST)}"):
                machine.run(f"make -C {SOURCE} install PROXY=nginx RELAY=no", seconds=400)
            assert "Caddy Local Authority" not in machine.run(ISSUER)
            machine.run(f"systemctl start authority && make -C {SOURCE} install", seconds=400)
            assert machine.run("systemctl is-enabled caddy coturn || true").split() == ["disabled", "disabled"]
            assert "Caddy Local Authority" in machine.run(ISSUER)  # now certbot's
            assert machine.run(f"python3 -c '{ASK}' {SYSTEM} /readyz").startswith("200")
            was = machine.run("cat /etc/meetingpoint/tls/fullchain.pem")
            machine.run("certbot renew --quiet --force-renewal --no-random-sleep-on-renew")  # as its timer does
            assert machine.run("cat /etc/meetingpoint/tls/fullchain.pem") != was
            assert machine.run(f"python3 -c '{ASK}' {SYSTEM} /readyz").startswith("200")
        # And nothing is left.
        machine.run(f"make -C {SOURCE} uninstall", seconds=600)
        after = machine.run(LIST)
        assert sorted(set(after.splitlines()) - set(before.splitlines())) == []
        assert sorted(set(before.splitlines()) - set(after.splitlines())) == []


# What another program keeps in the same nginx and the same PostgreSQL. It has no name, so every name leads to it.
SHOP = r"""
mkdir -p /srv/shop && echo "The shop is open." > /srv/shop/index.html
printf 'server { listen 80; server_name _; root /srv/shop; }' > /etc/nginx/sites-enabled/shop
runuser -u postgres -- psql --quiet --command 'CREATE DATABASE shop'
runuser -u postgres -- psql --quiet --dbname shop --command "CREATE TABLE goods AS SELECT 'tea' AS name"
"""
VISIT = r"""
exec 3<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\r\nHost: shop\r\n\r\n' >&3 && cat <&3
runuser -u postgres -- psql --tuples-only --dbname shop --command 'SELECT name FROM goods'
"""
LEFT = r"""
runuser -u postgres -- psql --tuples-only --command 'SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles'
ls /etc/nginx/conf.d /etc/nginx/sites-enabled /etc /opt && cat /etc/passwd
dpkg-query -W -f '${db:Status-Status} ${Package}\n'
"""


@pytest.mark.parametrize("came", ["before", "after"])
def test_what_others_keep_in_the_same_programs_stays(bare: Path, came: str) -> None:
    words = f"DOMAIN={HOST} TLS=internal PROXY=nginx PROCESSES=2 RELAY=no EMAIL_URL=smtp://127.0.0.1:25"
    packages = "apt-get -qq install -y --no-install-recommends nginx postgresql >/dev/null 2>&1"
    with Machine(bare) as machine:
        checkout(machine)
        if came == "before":
            shop = f"rm /etc/nginx/sites-enabled/default\n{SHOP}systemctl reload-or-restart nginx"
            machine.run(f"{packages}\nsystemctl start postgresql\n{shop}", seconds=300)
        with pytest.raises(StepFailed, match="what is WRONG"):  # there is no mail server
            machine.run(f"make -C {SOURCE} install {words}", seconds=900)
        if came == "after":
            machine.run(f"{SHOP}make -C {SOURCE} install || true", seconds=300)
        assert "The shop is open." in machine.run(VISIT)
        assert machine.run(f"python3 -c '{ASK}' /etc/meetingpoint/tls/fullchain.pem /readyz").startswith("200")
        with pytest.raises(StepFailed, match="KEEP_DATA is yes or no"):
            machine.run(f"make -C {SOURCE} uninstall KEEP_DATA=true")
        said = machine.run(f"make -C {SOURCE} uninstall", seconds=600)
        assert ("/etc/nginx/sites-enabled/shop" in said and "database shop" in said) == (came == "after")
        assert "tea" in machine.run(VISIT)
        assert "The shop is open." in machine.run(VISIT)
        left = machine.run(LEFT)
        assert "meetingpoint" not in left
        assert re.findall(r"^installed (?:redis-server|esbuild)$|^redis.*", left, re.MULTILINE) == [], said
