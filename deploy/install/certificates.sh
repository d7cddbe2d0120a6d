# shellcheck shell=bash
# Certificates: for which names the site needs one, whether one is good enough, and one that no authority has signed.

public_hosts() { # the names in the settings, one a line
  { setting SITE_ORIGINS | tr ',' '\n'; setting ADMIN_ORIGIN; } | sed -n 's|^https://||p' | sed 's|:[0-9]*$||'
}

is_self_signed() { # is_self_signed CERTIFICATE
  [ -e "$1" ] && [ "$(openssl x509 -noout -subject_hash -in "$1")" = "$(openssl x509 -noout -issuer_hash -in "$1")" ]
}

fits() { # fits CERTIFICATE: it has the names of the settings, and two weeks left
  openssl x509 -noout -checkend 1209600 -in "$1" >/dev/null 2>&1 &&
    [ "$(openssl x509 -noout -ext subjectAltName -in "$1" | grep -o 'DNS:[^, ]*' | sort -u)" = "$(public_hosts | sed 's/^/DNS:/' | sort -u)" ]
}

newest_of_caddy() { # the newest file NAME.crt of Caddy, by this server's own authority or by another one, as TLS says
  local own=(-path '*/local/*')
  [ "$TLS" = internal ] || own=(-not "${own[@]}")
  find /var/lib/caddy/.local/share/caddy/certificates -path "*/$DOMAIN/$DOMAIN.crt" "${own[@]}" -printf '%T@ %p\n' 2>/dev/null |
    sort -n | sed -n '$s/^[^ ]* //p' || true
}

self_signed() { # until there is another one, or the only one with TLS=internal
  local names="" host
  for host in $(public_hosts); do names+="${names:+,}DNS:$host"; done
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=$names" -keyout "$TLS_FOLDER/.key" -out "$TLS_FOLDER/.chain" 2>/dev/null) ||
    fail "openssl makes no certificate for ${names:-no name}."
  mv -f "$TLS_FOLDER/.key" "$TLS_FOLDER/privkey.pem"
  mv -f "$TLS_FOLDER/.chain" "$TLS_FOLDER/fullchain.pem"
  did "a certificate that no authority has signed"
}
