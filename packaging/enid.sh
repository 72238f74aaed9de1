#!/bin/sh
# The runtime that came with the package, or the system's own where the package was built without one.
runtime=/usr/lib/enid/node
[ -x "$runtime" ] || runtime=node
exec "$runtime" /usr/lib/enid/enid.cjs "$@"
