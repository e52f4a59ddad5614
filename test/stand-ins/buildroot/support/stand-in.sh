#!/bin/sh
# stand-in.sh TARGET: see README.md.
set -eu
target=$1
top=$PWD
release=6.12.104
mkdir -p "$O"

if [ "${STAND_IN_FAILS-}" = "$target" ]; then
  printf '\033[7m>>> stand-in 1.0 Building\033[27m\n' # in reverse video, as Buildroot does
  echo "cc1: error: as it was told to" >&2
  exit 2
fi

value() { # of a string setting, with the tree's place filled in
  sed -n "s/^$1=\"\(.*\)\"/\1/p" "$O/.config" | sed "s|\$(BR2_EXTERNAL_HALFBRIDGE_PATH)|$BR2_EXTERNAL|g"
}

without() { # COMMA,SEPARATED PREFIX: standard input less lines that set these
  pattern=$(echo "$1" | sed "s/^,*//; s/,*$//; s/,/|/g")
  if [ -z "$pattern" ]; then cat; else grep -vE "^(# )?$2($pattern)[= ]"; fi
}

configure() {
  without "${STAND_IN_DROPS-},${STAND_IN_TURNS_ON-}" "" < "$BR2_EXTERNAL/configs/$1" > "$O/.config"
  [ -z "${STAND_IN_TURNS_ON-}" ] || echo "$STAND_IN_TURNS_ON=y" >> "$O/.config"
  echo "${STAND_IN_VARIABLES-}" > "$O/variables"
  echo "${STAND_IN_KERNEL_USERS-}" > "$O/kernel-users"
  echo "# configuration written to $O/.config"
}

# As long as it is configured, another fragment doesn't matter.
configure_kernel() {
  mkdir -p "$O/build/linux-$release"
  if [ -e "$O/build/linux-$release/.stamp_configured" ]; then return; fi
  : > "$O/build/linux-$release/.stamp_configured"
  without "${STAND_IN_KERNEL_DROPS-}" CONFIG_ < "$(value BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES)" > "$O/build/linux-$release/.config"
}

# What Buildroot says of a package while it builds it, and the mark that it leaves; not of one that has it already.
build_package() { # NAME VERSION FOLDER
  if [ -e "$BUILD_DIR/$3/.stamp_installed" ]; then return; fi
  mkdir -p "$BUILD_DIR/$3"
  printf '\033[7m>>> %s %s Building\033[27m\n' "$1" "$2"
  echo "  CC      src/$1.o"
  if [ "${STAND_IN_SLOW-}" = "$1" ]; then sleep 0.5; fi
  printf '\033[7m>>> %s %s Installing to target\033[27m\n' "$1" "$2"
  : > "$BUILD_DIR/$3/.stamp_installed"
}

# A root file system and images that somebody else has made, scripts/rehearse-buildroot.ts above all.
take_system() {
  rm -rf "$TARGET_DIR" "$BINARIES_DIR"
  cp -a "$STAND_IN_SYSTEM/target" "$TARGET_DIR"
  cp -a "$STAND_IN_SYSTEM/images" "$BINARIES_DIR"
  cp -a "$STAND_IN_SYSTEM/build/." "$BUILD_DIR/"
  cp -f "$STAND_IN_SYSTEM"/host/* "$HOST_DIR/bin/"
  rm -rf "$TARGET_DIR/usr/lib/halfbridge"
  cp -a "$BR2_EXTERNAL/package/halfbridge/payload/usr" "$TARGET_DIR/"
}

# Programs and modules that the tree expects, all of them empty, and each package's files as Buildroot lists them. What
# an earlier build has installed stays.
install_packages() {
  mkdir -p "$TARGET_DIR/usr/bin" "$TARGET_DIR/usr/sbin" "$TARGET_DIR/usr/lib" "$TARGET_DIR/etc/init.d"
  for link in bin sbin lib; do ln -sfn "usr/$link" "$TARGET_DIR/$link"; done
  : > "$TARGET_DIR/etc/init.d/S35iptables"
  echo rules > "$TARGET_DIR/etc/init.d/S40network"
  while read -r name; do
    [ "$name" = "${STAND_IN_LOSES-}" ] || echo "$name" > "$TARGET_DIR/usr/bin/$name"
    echo "busybox,./usr/bin/$name"
  done < "$board/programs" > "$O/build/packages-file-list.txt"
  # which Buildroot builds, but doesn't install
  if [ -e "$TARGET_DIR/usr/bin/grub-editenv" ]; then
    mkdir -p "$BUILD_DIR/grub2-2.12/build-x86_64-efi"
    mv "$TARGET_DIR/usr/bin/grub-editenv" "$BUILD_DIR/grub2-2.12/build-x86_64-efi/"
  fi
  modules=$TARGET_DIR/usr/lib/modules/$release
  mkdir -p "$modules/kernel"
  grep -vx "${STAND_IN_LOSES-}" "$board/modules" | while read -r name; do
    echo "$name" > "$modules/kernel/$name.ko"
    echo "kernel/$name.ko:"
  done > "$modules/modules.dep"
  : > "$modules/modules.builtin"
  chmod 4755 "$TARGET_DIR/usr/bin/busybox"
  mkdir -p "$TARGET_DIR/etc/network" "$TARGET_DIR/tmp"
  chmod 777 "$TARGET_DIR/etc/network" # as makedevs leaves it
  chmod 1777 "$TARGET_DIR/tmp"
  cp -a "$BR2_EXTERNAL/package/halfbridge/payload/usr" "$TARGET_DIR/"
  (cd "$TARGET_DIR" && find ./usr/lib/halfbridge -type f) | sed 's/^/halfbridge,/' >> "$O/build/packages-file-list.txt"
  if [ -n "${STAND_IN_STRIPS-}" ]; then
    for file in "$TARGET_DIR"/usr/lib/halfbridge/runtime/*; do [ -d "$file" ] || echo stripped >> "$file"; done
  fi
}

make_images() {
  mkdir -p "$BINARIES_DIR/efi-part/EFI/BOOT" "$BUILD_DIR/grub2-2.12/build-i386-pc/grub-core"
  head -c 4096 /dev/zero > "$BINARIES_DIR/rootfs.squashfs"
  tree=$(value BR2_LINUX_KERNEL_INTREE_DTS_NAME)
  for file in bzImage Image grub.img efi-part/EFI/BOOT/bootx64.efi u-boot-rockchip.bin ${tree:+"${tree##*/}.dtb"}; do
    head -c 2048 /dev/zero > "$BINARIES_DIR/$file"
  done
  head -c 512 /dev/zero > "$BUILD_DIR/grub2-2.12/build-i386-pc/grub-core/boot.img"
}

build() {
  export TARGET_DIR="$O/target" BINARIES_DIR="$O/images" BUILD_DIR="$O/build" HOST_DIR="$O/host"
  mkdir -p "$BINARIES_DIR" "$BUILD_DIR" "$HOST_DIR/bin"
  cp "$top"/support/host/* "$HOST_DIR/bin/"
  export PATH="$HOST_DIR/bin:$PATH"
  board=$BR2_EXTERNAL/board/halfbridge
  build_package busybox 1.37.0 busybox-1.37.0
  build_package initscripts "" initscripts
  build_package linux "$release" "linux-$release"
  build_package halfbridge 0.1.0 halfbridge-0.1.0
  if [ -n "${STAND_IN_SYSTEM-}" ]; then take_system; else install_packages; fi
  echo ">>>   Finalizing target directory"
  for overlay in $(value BR2_ROOTFS_OVERLAY); do cp -a "$overlay/." "$TARGET_DIR/"; done
  run_script "$(value BR2_ROOTFS_POST_BUILD_SCRIPT)" "$TARGET_DIR"
  run_script "$(value BR2_ROOTFS_POST_FAKEROOT_SCRIPT)" "$TARGET_DIR"
  if [ -n "${STAND_IN_SYSTEM-}" ]; then
    mksquashfs "$TARGET_DIR" "$BINARIES_DIR/rootfs.squashfs" -comp lz4 -all-root -noappend -no-xattrs -quiet -no-progress -reproducible -mkfs-time 0 -all-time 0
  else
    make_images
  fi
  if [ -n "${STAND_IN_NO_IMAGE-}" ]; then exit 0; fi
  run_script "$(value BR2_ROOTFS_POST_IMAGE_SCRIPT)" "$BINARIES_DIR"
}

run_script() {
  # shellcheck disable=SC2086 # a shell may have arguments
  ${STAND_IN_SHELL-sh} "$@"
}

case $target in
  *_defconfig) configure "$target" ;;
  linux-configure) configure_kernel ;;
  printvars)
    echo "LINUX_DIR=$O/build/linux-$release"
    echo "HALFBRIDGE_OVERRIDE_SRCDIR=$BR2_EXTERNAL/package/halfbridge/payload"
    cat "$O/variables"
    ;;
  show-info) sed "/reverse_dependencies/s/\[\]/[$(cat "$O/kernel-users")]/" "$top/support/show-info.json" ;;
  all) build ;;
  clean) rm -rf "$O/target" "$O/images" "$O/build" "$O/host" ;;
  linux-clean-for-reconfigure) rm -f "$O/build/linux-$release"/.stamp_* ;;
  halfbridge-dirclean) rm -rf "$O/build/halfbridge-"* ;;
  *)
    echo "make: *** No rule to make target '$target'.  Stop." >&2
    exit 2
    ;;
esac
