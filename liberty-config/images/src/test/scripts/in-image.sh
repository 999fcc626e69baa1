#!/bin/sh
# Runs an unpacked image's program as a container would: its root read-only, /tmp and /state writable,
# user 10001, an environment of its own. Has to be called in a mount namespace.
# Usage: in-image.sh ROOT ARGUMENT...    Exit status 75 if mounts are not allowed.
set -u
root=$1
shift
{
  mount --make-rprivate / &&
    mount --bind "$root" "$root" &&
    mount -o remount,ro,bind "$root" &&
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp" &&
    mount -t tmpfs -o mode=0700,uid=10001,gid=10001 tmpfs "$root/state" &&
    mount -t proc proc "$root/proc" &&
    mount --rbind /dev "$root/dev"
} || exit 75
exec chroot --userspec=10001:10001 "$root" /bin/busybox env -i HOME=/home/seamark \
  PATH=/opt/seamark/bin:/opt/java/bin:/bin JAVA_HOME=/opt/java LANG=C.UTF-8 TMPDIR=/tmp \
  XDG_CACHE_HOME=/state/cache /opt/seamark/bin/seamark "$@"
