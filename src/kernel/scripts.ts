/**
 * What runs with the toolchain around it, by `sh`: with `$WORK` (a folder that is kept between builds), `$OUT` (the result)
 * and `$IN` (what it needs), and the variables of `makeEnv`. Folders for objects lie in that of the source, so that all
 * paths that the compiler sees are relative.
 */

/** The same for every build, wherever it runs. */
export const makeEnv: Readonly<Record<string, string>> = {
  ARCH: 'x86_64',
  KBUILD_BUILD_USER: 'diskbios',
  KBUILD_BUILD_HOST: 'diskbios',
  KBUILD_BUILD_VERSION: '1',
  // Set, even to nothing: no `+` for a folder that happens to be in somebody's git.
  LOCALVERSION: '',
};

/** Unpacks the archive on standard input. `$1`: what decompresses it, empty: nothing. */
export const unpackScript = `set -eu
cd "$WORK"
[ ! -e src ] || exit 0
rm -rf src.new
mkdir src.new
decompress=\${1:-cat}
# The code of other architectures, the manuals and the tests make up a third of the files, and no build reads them.
set --
for kind in c h S dts dtsi; do set -- "$@" --exclude="*/arch/[!xu]*/*.$kind" --exclude="*/arch/xtensa/*.$kind"; done
$decompress | tar -xf - -C src.new --strip-components=1 --no-same-owner --no-same-permissions --wildcards \\
  --exclude='*/Documentation/*/*' --exclude='*/tools/testing/*' --exclude='*/tools/perf/*' "$@"
[ -e src.new/Makefile ] || { echo 'the archive holds no Makefile' >&2; exit 65; }
sync -f src.new
mv src.new src
`;

/**
 * Makes a configuration: \`$1\` (a target of the Makefile) with \`$IN/asked\` over it. What the base comes to is remembered.
 * Writes \`$OUT/config\` and \`$OUT/release\`.
 */
export const configScript = `set -eu
cd "$WORK/src"
obj=config
mkdir -p "$obj"
base=$WORK/base-$1
if [ ! -e "$base" ]; then
  rm -f "$obj/.config"
  make -s O="$obj" "$1" >/dev/null
  cp "$obj/.config" "$base.new"
  mv "$base.new" "$base"
fi
cat "$base" "$IN/asked" >"$obj/.config"
make -s O="$obj" olddefconfig >/dev/null
cp "$obj/.config" "$OUT/config"
make -s O="$obj" kernelversion >"$OUT/version"
`;

/**
 * Builds \`$IN/config\` with objects in \`$1\`, \`$2\` processes at once; \`$3\` names what is built (\`bzImage\`, and \`modules\`
 * where there are any). Writes \`$OUT/bzImage\`, \`$OUT/release\`, \`$OUT/root\` (modules and their lists).
 *
 * Objects of earlier builds are used again by make's own rules. They may be trusted where the last build was finished, and
 * after a failure or a kill all but what was written in its last minute: a file that is half written is young, and what is complete is made again.
 * After a power cut none of them may.
 */
export const buildScript = `set -eu
cd "$WORK/src"
obj=$1 jobs=$2
shift 2
busy=$WORK/$obj.busy
boot=$(cat /proc/sys/kernel/random/boot_id)
mkdir -p "$obj"
if [ -e "$busy" ]; then
  if [ "$(cat "$busy")" = "$boot" ]; then
    last=$(find "$obj" -type f -printf '%T@\\n' | sort -n | tail -n 1)
    [ -z "$last" ] || find "$obj" -type f -newermt "@$((\${last%.*} - 60))" ! -name .config \\
      ! -path "$obj/include/config/*" ! -path "$obj/include/generated/autoconf.h" -delete
  else
    rm -rf "$obj"
    mkdir "$obj"
  fi
fi
echo "$boot" >"$busy"
sync "$busy"
# How many objects there will be: as many for each option as in the last build from the beginning.
fresh=yes
[ ! -e "$obj/.config" ] || fresh=no
[ -e "$WORK/objects" ] || echo '3 2' >"$WORK/objects"
on=$(grep -c '=[ym]$' "$IN/config")
cmp -s "$IN/config" "$obj/.config" || cp "$IN/config" "$obj/.config"
KBUILD_BUILD_TIMESTAMP=$(date -r Makefile)
KCFLAGS=-ffile-prefix-map=$PWD=/src
KAFLAGS=$KCFLAGS
export KBUILD_BUILD_TIMESTAMP KCFLAGS KAFLAGS
run() { make O="$obj" -j"$jobs" "$@"; }
run prepare
if [ "$fresh" = yes ] && read -r objects options <"$WORK/objects"; then echo "objects: $((objects * on / options))"; fi
run "$@"
cp "$obj/arch/x86/boot/bzImage" "$OUT/bzImage"
cp "$obj/include/config/kernel.release" "$OUT/release"
lists=$OUT/root/lib/modules/$(cat "$OUT/release")
mkdir -p "$lists"
if [ "$#" -gt 1 ]; then
  run -s modules_install INSTALL_MOD_PATH="$OUT/root" INSTALL_MOD_STRIP=1 DEPMOD=true
  rm -f "$lists/build" "$lists/source"
fi
for list in modules.builtin modules.builtin.modinfo modules.order; do
  [ -e "$lists/$list" ] || [ ! -e "$obj/$list" ] || cp "$obj/$list" "$lists/$list"
done
[ -e "$lists/modules.order" ] || : >"$lists/modules.order"
[ "$fresh" = no ] || echo "$(find "$obj" -name '*.o' | wc -l) $((on + 1))" >"$WORK/objects"
sync -f "$obj"
rm -f "$busy"
`;

/**
 * Shows the kernel's menus, after `configScript` with the same target `$1` and `$IN/asked`; writes `$OUT/edited` when they are left. Needs a
 * terminal. They begin with what was asked, not with what follows from it: that would stay when its reason is taken away.
 */
export const menuScript = `set -eu
cd "$WORK/src"
obj=menu
mkdir -p "$obj"
cat "$WORK/base-$1" "$IN/asked" >"$obj/.config"
make -s O="$obj" menuconfig
cp "$obj/.config" "$OUT/edited"
`;
