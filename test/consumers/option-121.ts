/**
 * For scripts that dhclient runs (bash): `classless_routes` prints the routes of option 121, a destination and a gateway a
 * line (RFC 3442).
 */
export const classlessRoutes = `
classless_routes() {
  set -- $new_classless_static_routes
  while [ $# -gt 0 ]; do
    length=$1 octets=$((($1 + 7) / 8)) target=; shift
    for n in 1 2 3 4; do
      if [ $n -le $octets ]; then target=$target.$1; shift; else target=$target.0; fi
    done
    echo \${target#.}/$length $1.$2.$3.$4; shift 4
  done
}
`;

/** For dhclient's configuration: the option as bytes. Red Hat's and SUSE's clients know it by themselves. */
export const declaration = 'option classless-static-routes code 121 = array of unsigned integer 8;';
