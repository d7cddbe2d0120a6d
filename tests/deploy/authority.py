"""An authority of certificates on a machine's own network, which is asked by ACME (RFC 8555) as Let's Encrypt is.

It is a Caddy of Debian, whose `acme_server` hands out certificates to those who prove that a name leads to them.
"""

from pathlib import Path

from tests.deploy.machine import Machine
from tests.services import find_binary

NAME = "ca.example.net"
DIRECTORY = f"https://{NAME}:14000/acme/local/directory"
HOME = "/root/authority"
CADDYFILE = f"""{{
	admin off
	skip_install_trust
	auto_https disable_redirects
}}
https://{NAME}:14000 {{
	tls internal
	acme_server
}}
"""
ROOT = f"{HOME}/data/caddy/pki/authorities/local/root.crt"
UNIT = f"""[Service]
Environment=HOME={HOME} XDG_DATA_HOME={HOME}/data
ExecStart={HOME}/caddy run --config {HOME}/Caddyfile --adapter caddyfile
"""


def establish(machine: Machine) -> None:
    """Start the authority on a machine, which trusts it from then on; its unit is `authority`."""
    machine.write(f"{HOME}/caddy", Path(find_binary("caddy")).read_bytes(), 0o755)
    machine.write(f"{HOME}/Caddyfile", CADDYFILE)
    machine.write("/run/systemd/system/authority.service", UNIT)
    machine.run(
        f"echo 127.0.0.1 {NAME} >> /etc/hosts && systemctl daemon-reload && systemctl start authority\n"
        f"for _ in {{1..100}}; do test -s {ROOT} && break; sleep 0.1; done\n"
        f"cp {ROOT} /usr/local/share/ca-certificates/authority.crt && update-ca-certificates"
    )
