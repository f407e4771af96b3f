#!/bin/sh
# chrooted.sh ROOT ARGUMENTS...: runs the Godot of that root folder. The folders in $EYEBRIDGE_SHARE, joined by colons,
# keep their paths inside. All mounts vanish with the process; network and X display are the host's.
set -eu
if [ "${EYEBRIDGE_INSIDE:-}" != 1 ]; then
    EYEBRIDGE_INSIDE=1 exec unshare --mount "$0" "$@"
fi
root=$1
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
IFS=:
for folder in ${EYEBRIDGE_SHARE:-}; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
done
unset IFS
export HOME=/root LC_ALL=C.UTF-8
exec chroot "$root" /usr/bin/godot "$@"
