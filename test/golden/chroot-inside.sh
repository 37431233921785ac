#!/bin/sh
set -e
hostname x
mount -o bind /run/x/root /run/x/root
mkdir -p /run/x/root/proc /run/x/root/sys /run/x/root/dev /run/x/root/run /run/x/root/tmp
mount -t proc -o nosuid,nodev,noexec proc /run/x/root/proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /run/x/root/sys
mount -t tmpfs -o mode=0755,nosuid,size=1m tmpfs /run/x/root/dev
mkdir /run/x/root/dev/pts /run/x/root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts /run/x/root/dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs /run/x/root/dev/shm
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run/x/root/run
: >/run/x/root/dev/null
mount -o bind /dev/null /run/x/root/dev/null
: >/run/x/root/dev/zero
mount -o bind /dev/zero /run/x/root/dev/zero
: >/run/x/root/dev/full
mount -o bind /dev/full /run/x/root/dev/full
: >/run/x/root/dev/random
mount -o bind /dev/random /run/x/root/dev/random
: >/run/x/root/dev/urandom
mount -o bind /dev/urandom /run/x/root/dev/urandom
: >/run/x/root/dev/tty
mount -o bind /dev/tty /run/x/root/dev/tty
ln -s /proc/self/fd /run/x/root/dev/fd
ln -s /proc/self/fd/0 /run/x/root/dev/stdin
ln -s /proc/self/fd/1 /run/x/root/dev/stdout
ln -s /proc/self/fd/2 /run/x/root/dev/stderr
ln -s pts/ptmx /run/x/root/dev/ptmx
: >/run/x/root/dev/console
console=$(readlink /proc/self/fd/0)
[ -t 0 ] || console=/dev/null
mount -o bind "$console" /run/x/root/dev/console
echo "$console" >/run/x/tty
if [ -d /srv ]; then mkdir -p /run/x/root/data; else mkdir -p /run/x/root; [ -e /run/x/root/data ] || : >/run/x/root/data; fi
mount -o bind /srv /run/x/root/data
mount -o remount,bind,ro /run/x/root/data
mkdir -p /run/x/root/run/.pe
: >/run/x/up
cd /run/x/root
pivot_root . run/.pe
exec /run/.pe/usr/bin/busybox env -i 'A=it'\''s' /run/.pe/usr/bin/busybox chroot . /run/.pe/usr/bin/busybox sh -c '/run/.pe/usr/bin/busybox umount -l /run/.pe && exec "$@"' init /sbin/init 'a b'
