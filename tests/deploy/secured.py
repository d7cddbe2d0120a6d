"""PostgreSQL and Redis as deploy/ sets them up: TLS, passwords from deploy/make-secrets.sh, rights of the examples."""

import os
import subprocess
from pathlib import Path

import psycopg
import redis
from django.conf import settings

from tests.services import PostgresServer, RedisServer, Service, find_binary, free_port, make_certificate

DEPLOY = Path(settings.BASE_DIR) / "deploy"


def make_secrets(folder: Path, **places: str) -> None:
    """Run deploy/make-secrets.sh; `places` are its variables."""
    command = ["sh", str(DEPLOY / "make-secrets.sh"), str(folder)]
    subprocess.run(command, env={"PATH": os.environ["PATH"], **places}, capture_output=True, check=True)


class SecuredPostgres(PostgresServer):
    """A PostgreSQL that lets in only over TLS with a password, and the roles of deploy/postgres.sql."""

    superuser = "meetingpoint_admin"

    def __init__(self) -> None:
        super().__init__()
        self.certificate = make_certificate(self.folder)
        for name in ("key.pem", "certificate.pem"):
            if self.user:
                os.chown(self.folder / name, self.data.stat().st_uid, -1)
            (self.folder / name).chmod(0o600 if name == "key.pem" else 0o644)
        self.folder.chmod(0o711)
        # The owner of the data directory comes in by the Unix socket alone.
        rules = "local all meetingpoint_admin trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
        (self.data / "pg_hba.conf").write_text(rules)

    def command(self) -> list[str]:
        tls = ["ssl=on", f"ssl_cert_file={self.folder / 'certificate.pem'}", f"ssl_key_file={self.folder / 'key.pem'}"]
        return [*super().command(), *(part for option in tls for part in ("-c", option))]

    def ready(self) -> bool:
        try:
            with self.administrator():
                return True
        except psycopg.OperationalError:
            return False

    def administrator(self) -> psycopg.Connection:
        """Connect as the superuser."""
        return psycopg.connect(host=str(self.folder), port=self.port, user=self.superuser, dbname="postgres")

    def make_roles(self, secrets: Path) -> None:
        """Run deploy/postgres.sql."""
        to = ["-h", str(self.folder), "-p", str(self.port), "-U", self.superuser, "-d", "postgres"]
        command = [find_binary("psql"), "--no-psqlrc", "--quiet", *to, "-f", str(DEPLOY / "postgres.sql")]
        environment = {"PATH": os.environ["PATH"], "SECRETS": str(secrets)}
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)


class SecuredRedis(RedisServer):
    """A Redis with deploy/redis.conf, that listens on a Unix socket and for TLS."""

    def __init__(self, secrets: Path) -> None:
        Service.__init__(self, free_port())
        self.certificate = make_certificate(self.folder)
        self.socket = self.folder / "redis.sock"
        text = (DEPLOY / "redis.conf").read_text()
        for there, here in (
            ("/run/redis/meetingpoint.sock", str(self.socket)),
            ("/etc/redis/meetingpoint.acl", str(secrets / "redis.acl")),
            ("#tls-port 6380", f"tls-port {self.port}"),
            ("#tls-cert-file /etc/redis/certificate.pem", f"tls-cert-file {self.certificate}"),
            ("#tls-key-file /etc/redis/key.pem", f"tls-key-file {self.folder / 'key.pem'}"),
            ("#tls-ca-cert-file /etc/redis/ca.pem", f"tls-ca-cert-file {self.certificate}"),
            ("#tls-auth-clients no", "tls-auth-clients no"),
            ("#tls-protocols", "tls-protocols"),
        ):
            assert there in text, there
            text = text.replace(there, here)
        (self.folder / "redis.conf").write_text(text)

    def command(self) -> list[str]:
        return [find_binary("redis-server"), str(self.folder / "redis.conf"), "--dir", str(self.folder)]

    def ready(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1) as client:
                client.ping()
        except redis.AuthenticationError:  # without a password no one gets further
            return True
        except redis.RedisError:
            return False
        return False
