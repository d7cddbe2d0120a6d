#!/usr/bin/env bash
# Become the first process of a machine: tests/deploy/machine.py runs this as root in new namespaces.
#   machine.sh NAME   NAME is that of its control group, which the caller removes; LOWER: whose files it has, instead of those here
# The machine has the programs of this one and whatever it changes only for itself: the root is an overlay in memory. Nothing of
# /tmp, /run, /var/lib, /etc/meetingpoint and of the services that run here is there.
set -euo pipefail
name=$1

if [ "${2:-}" != inside ]; then
  for groups in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    if [ -e "$groups/cgroup.procs" ]; then
      mkdir -p "$groups/$name" && echo $$ > "$groups/$name/cgroup.procs"
    fi
  done
  exec unshare --cgroup "$BASH" "$0" "$name" inside
fi

top=$(mktemp -d)
mount -t tmpfs -o mode=755 tmpfs "$top"
mkdir "$top/changes" "$top/work" "$top/root"
mount -t overlay -o "lowerdir=${LOWER:-/},upperdir=$top/changes,workdir=$top/work" overlay "$top/root"
root=$top/root
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys" && mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd"
  mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
fi
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx" && ln -s /proc/self/fd "$root/dev/fd" && ln -s /proc/self/fd/1 "$root/dev/stdout"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
# The project and its virtual environment, which may be in /tmp or on a file system of their own.
for folder in $SHOWN; do
  mkdir -p "$root$folder" && mount --rbind "$folder" "$root$folder" && mount -o remount,bind,ro "$root$folder"
done

# The packages are installed, and none of their services runs yet.
rm -rf "$root"/etc/systemd/system/{multi-user,timers}.target.wants/* "$root/etc/meetingpoint" "$root/var/log/journal" \
  "$root/opt/meeting-point" "$root/var/lib/meetingpoint"
ln -sf /dev/null "$root/etc/systemd/system/systemd-logind.service"
rm -f "$root/etc/machine-id" && head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$root/etc/machine-id"
printf '%s\n' '127.0.0.1 localhost' '::1 localhost' '127.0.0.1 meet.example.org turn.example.org admin.example.org' > "$root/etc/hosts"
ip link set lo up
# An address besides loopback, which leads nowhere: coturn wants one.
ip link add eth0 type veth peer name nowhere && ip address add 203.0.113.10/24 dev eth0
# No link-local IPv6 addresses: they appear a second or more after the link is up, and a browser that loads a page at that moment gives
# up with ERR_NETWORK_CHANGED.
ip link set eth0 addrgenmode none && ip link set nowhere addrgenmode none
ip link set eth0 up && ip link set nowhere up

cd "$root" && mkdir -p old-root && pivot_root . old-root && umount -l /old-root && rmdir /old-root
# systemd mounts the secrets of a service (LoadCredential) in a namespace of its own: without this they arrive nowhere.
mount --make-rshared /
exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --log-target=journal --show-status=0 </dev/null
