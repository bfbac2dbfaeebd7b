/**
 * Reads `+ <group> <tenths of a second>` and `- <group> 0` until its input ends, which is when the process that writes it has ended.
 * Groups that are there then are killed when their time is up; one that ends meanwhile is forgotten, as its number may be another's.
 */
export const guardScript: string = `
groups=
without() {
  rest=
  for one in $groups; do [ "\${one%%:*}" = "$1" ] || rest="$rest $one"; done
  groups=$rest
}
while read -r sign group tenths; do
  without "$group"
  [ "$sign" = + ] && groups="$groups $group:$tenths"
done
waited=0
while [ -n "$groups" ]; do
  for one in $groups; do
    group=\${one%%:*}
    if ! kill -s 0 -- "-$group" 2>/dev/null; then without "$group"
    elif [ "$waited" -ge "\${one##*:}" ]; then kill -s KILL -- "-$group" 2>/dev/null; without "$group"
    fi
  done
  sleep 0.1
  waited=$((waited + 1))
done
`;
