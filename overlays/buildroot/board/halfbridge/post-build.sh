#!/bin/sh
# Makes of Buildroot's root file system the one that Halfbridge's scripts expect, and fails where something of
# it is missing. Buildroot calls it with the root file system's folder, after the overlay was copied over it.
set -eu
export LC_ALL=C # sorts the same way every time
target=$1
board=$(dirname "$0")

# Rules and links are Halfbridge's affair alone.
for script in S35iptables S35nftables S40network; do rm -f "$target/etc/init.d/$script"; done

# What the overlay no longer has is still there from an earlier build; what other overlays have stays.
record=$BUILD_DIR/halfbridge.overlay
(cd "$board/rootfs_overlay" && find . ! -type d | sort) > "$record.now"
if [ -e "$record" ]; then
  comm -23 "$record" "$record.now" | while read -r path; do rm -f "$target/$path"; done
fi
mv "$record.now" "$record"
mkdir -p "$target/data" "$target/mnt"
ln -sf nc "$target/usr/bin/nc.openbsd"

# GRUB's editor of its environment alone: Buildroot's way would install all of GRUB with it.
editor=$(find "$BUILD_DIR" -path '*/grub2-*/build-*/grub-editenv' | head -n 1)
if [ -n "$editor" ]; then
  install -m 755 "$editor" "$target/usr/bin/"
  "$(find "$HOST_DIR/bin" -name '*-strip' | head -n 1)" "$target/usr/bin/grub-editenv"
fi

missing_programs() {
  while read -r name; do
    [ -e "$target/usr/bin/$name" ] || [ -e "$target/usr/sbin/$name" ] || echo "program $name"
  done < "$board/programs"
}

# Buildroot strips programs, which would undo how Node's pages are ordered, if nobody told it not to.
changed_files() {
  (cd "$target" && sha256sum --check --quiet "$1" 2> /dev/null) | sed 's/: FAILED.*//; s/^/file as it was made: /'
}

# A module's own name has _ where its file may have -.
missing_modules() {
  modules=$(find "$target/lib/modules/" -name modules.builtin -o -name modules.dep)
  # shellcheck disable=SC2086 # a few files
  sed 's/:.*//; s|.*/||; s/\.ko.*//; s/-/_/g' $modules | sort -u > "$target/../halfbridge.modules"
  tr - _ < "$board/modules" | sort -u | comm -23 - "$target/../halfbridge.modules" | sed 's/^/kernel module /'
}

missing=$(missing_programs && changed_files "$(realpath "$board/runtime.sha256")" && missing_modules)
if [ -n "$missing" ]; then
  echo "halfbridge: the root file system lacks" >&2
  echo "$missing" | sed 's/^/  /' >&2
  exit 1
fi
