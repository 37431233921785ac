/**
 * Runs the command in its arguments and ends it when its standard input closes: the kernel closes that also for who is killed
 * and can end nothing itself. SIGTERM and SIGINT are passed on. (Not PR_SET_PDEATHSIG: a program that changes its user
 * loses it, and not every `setpriv` knows it.)
 */
export const leash = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
trap 'kill "$child" 2>/dev/null' TERM INT
{ while read -r _ <&3; do :; done; kill "$child"; } 2>/dev/null &
watch=$!
exec 3<&-
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || break
done
kill "$watch" 2>/dev/null
exit "$code"
`;
