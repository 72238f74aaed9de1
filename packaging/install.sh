#!/bin/sh
# Stages an installation below DESTDIR: DESTDIR=tree sh packaging/install.sh
# The program must be built before (npm run build). What may be set, with its default:
set -eu
: "${DESTDIR:=}"
# The Node.js to ship as /usr/lib/enid/node; without it the system's is used.
: "${RUNTIME:=}"
# systemd or sysv
: "${INIT:=systemd}"
: "${BINDIR:=/usr/bin}"
: "${LIBDIR:=/usr/lib/enid}"
# Where /lib is not /usr/lib (Debian before 12, CentOS 6): /lib/systemd/system and /lib/udev/rules.d
: "${UNITDIR:=/usr/lib/systemd/system}"
: "${UDEVDIR:=/usr/lib/udev/rules.d}"
: "${TMPFILESDIR:=/usr/lib/tmpfiles.d}"
: "${INITDIR:=/etc/init.d}"
: "${CLOUDDIR:=/var/lib/cloud/scripts/per-boot}"

here=$(cd "$(dirname "$0")" && pwd)
dist=$here/../dist
if [ ! -f "$dist/enid.cjs" ]; then
	echo "$0: $dist/enid.cjs is missing; build it first: npm run build" >&2
	exit 1
fi

program() { install -D -m 0755 "$1" "$DESTDIR$2"; }
data() { install -D -m 0644 "$1" "$DESTDIR$2"; }

data "$dist/enid.cjs" "$LIBDIR/enid.cjs"
rm -rf "$DESTDIR$LIBDIR/templates"
cp -R "$dist/templates" "$DESTDIR$LIBDIR/templates"
chmod -R u=rwX,go=rX "$DESTDIR$LIBDIR/templates"
[ -z "$RUNTIME" ] || program "$RUNTIME" "$LIBDIR/node"
program "$here/enid.sh" "$BINDIR/enid"
data "$here/udev/80-enid.rules" "$UDEVDIR/80-enid.rules"
program "$here/cloud-init/60-enid" "$CLOUDDIR/60-enid"
install -d -m 0755 "$DESTDIR/etc/enid"

case $INIT in
systemd)
	data "$here/systemd/enid.service" "$UNITDIR/enid.service"
	data "$here/systemd/enid-recover.service" "$UNITDIR/enid-recover.service"
	data "$here/systemd/enid-forwarding.service" "$UNITDIR/enid-forwarding.service"
	data "$here/tmpfiles/enid.conf" "$TMPFILESDIR/enid.conf"
	;;
sysv)
	program "$here/sysv/enid" "$INITDIR/enid"
	program "$here/sysv/enid-recover" "$INITDIR/enid-recover"
	program "$here/sysv/enid-forwarding" "$INITDIR/enid-forwarding"
	;;
*)
	echo "$0: INIT is systemd or sysv, not $INIT" >&2
	exit 2
	;;
esac
