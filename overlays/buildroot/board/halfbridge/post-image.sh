#!/bin/sh
# Makes the disk image of what Buildroot has built: an initramfs, the first slot's boot partition, the boot
# loader's files, then the disk as genimage.cfg says. Buildroot calls it with the images' folder.
set -eu
images=$1
board=$(dirname "$0")
work=$BUILD_DIR/halfbridge
# shellcheck source=/dev/null
. "$board/image.conf"
# owned by root and without times, the same bytes for the same tree
same_bytes="-all-root -no-xattrs -no-progress -quiet -noappend -reproducible -mkfs-time 0 -all-time 0"
unset SOURCE_DATE_EPOCH # mksquashfs takes either

# What a program of the target needs besides itself: its loader and, theirs included, its libraries.
needs_of() {
  readelf=$(find "$HOST_DIR/bin" -name '*-readelf' | head -n 1)
  "$readelf" --dynamic --program-headers "$1" |
    sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p; s/.*program interpreter: .*\/\(.*\)\]/\1/p'
}

copy_with_needs() { # FILE: to the initramfs, at the same place
  [ ! -e "$work/initramfs$1" ] || return 0
  mkdir -p "$work/initramfs${1%/*}"
  cp -L "$TARGET_DIR$1" "$work/initramfs$1"
  for library in $(needs_of "$TARGET_DIR$1"); do
    found=$(find "$TARGET_DIR/usr/lib" -maxdepth 1 -name "$library" | head -n 1)
    if [ -z "$found" ]; then
      echo "halfbridge: $1 needs $library, which is not in /usr/lib" >&2
      exit 1
    fi
    copy_with_needs "${found#"$TARGET_DIR"}"
  done
}

# Modules of storage drivers and all that they depend on, by their paths: none where the kernel has them built in.
storage_drivers() { # MODULES_DEP
  awk -v wanted="$board/storage" '
    BEGIN { while ((getline name < wanted) > 0) { gsub("-", "_", name); is_wanted[name] = 1 } }
    {
      gsub(":", "")
      name = $1
      gsub(/.*\/|\.ko.*/, "", name)
      gsub("-", "_", name)
      if (name in is_wanted) for (i = 1; i <= NF; i++) print $i
    }' "$1" | sort -u
}

copy_drivers() {
  for modules in "$TARGET_DIR"/usr/lib/modules/*; do
    release=$(basename "$modules")
    copied=$work/initramfs/usr/lib/modules/$release
    mkdir -p "$copied"
    cp "$modules"/modules.builtin* "$copied/"
    : > "$copied/modules.order"
    for path in $(storage_drivers "$modules/modules.dep"); do
      mkdir -p "$copied/${path%/*}"
      cp "$modules/$path" "$copied/$path"
    done
    depmod -b "$work/initramfs" "$release"
  done
}

# BusyBox and what it needs, drivers, and the script that finds the root file system.
make_initramfs() {
  mkdir -p "$work/initramfs/root"
  ln -s usr/bin "$work/initramfs/bin"
  ln -s bin "$work/initramfs/sbin"
  ln -s usr/lib "$work/initramfs/lib"
  ln -s usr/lib "$work/initramfs/lib64"
  copy_with_needs /usr/bin/busybox
  cp "$board/initramfs/init" "$work/initramfs/init"
  copy_drivers
  find "$work/initramfs" -exec touch -hd @0 {} +
  (cd "$work/initramfs" && find . | LC_ALL=C sort | cpio --create --quiet --format=newc --owner=0:0 --reproducible) |
    gzip -n -9 > "$work/initrd.img"
}

# What a slot is started by says which root file system belongs to its kernel (as the initramfs reckons it).
with_identity() {
  identity=$(head -c 96 "$images/rootfs.squashfs" | sha256sum | head -c 16)
  sed "s/@ROOT_IDENTITY@/$identity/" "$1"
}

# arm64's kernel isn't compressed; GRUB and U-Boot unpack it.
copy_kernel() {
  case $KERNEL in Image) gzip -n -9 < "$images/Image" ;; *) cat "$images/$KERNEL" ;; esac > "$1"
}

make_grub_partition() {
  copy_kernel "$work/boot/vmlinuz"
  cp "$work/initrd.img" "$work/boot/initrd.img"
  with_identity "$board/slot.cfg" > "$work/boot/slot.cfg"
  # shellcheck disable=SC2086 # options
  mksquashfs "$work/boot" "$images/boot.squashfs" $same_bytes -comp gzip -noI -noD -noF -noX -b 1M > /dev/null
  cp "$board/grub.cfg" "$board/grubenv" "$images/"
}

wrap() { # TYPE FROM TO: in U-Boot's legacy image header
  SOURCE_DATE_EPOCH=0 mkimage -q -A "$UBOOT_ARCH" -O linux -T "$1" -C none -n "$1" -d "$2" "$3"
}

make_script_partition() {
  copy_kernel "$work/boot/$KERNEL_FILE"
  wrap ramdisk "$work/initrd.img" "$work/boot/initrd.img"
  with_identity "$board/slot.txt" > "$work/slot.txt"
  wrap script "$work/slot.txt" "$work/boot/slot.scr"
  if [ -n "$DEVICE_TREE" ]; then cp "$images/$DEVICE_TREE" "$work/boot/board.dtb"; fi
  wrap script "$board/boot.txt" "$images/boot.scr"
  cp "$board/state.img" "$images/"
  # FAT32 can't be smaller than 34 MiB; its tables take less than a hundredth
  MiB=$(($(cat "$work"/boot/* | wc -c) * 101 / 100 / 1048576 + 2))
  if [ $MiB -lt 34 ]; then MiB=34; fi
  rm -f "$images/boot.vfat"
  truncate -s "${MiB}M" "$images/boot.vfat"
  mkdosfs --invariant -F 32 -i "$BOOT_SERIAL" -n BOOT "$images/boot.vfat" > /dev/null
  export MTOOLS_SKIP_CHECK=1
  for file in "$work"/boot/*; do SOURCE_DATE_EPOCH=315532800 mcopy -i "$images/boot.vfat" "$file" ::/; done
}

# As grub-bios-setup(8) does it: where the core image is, told to the boot code and to its own first sector.
place_grub() {
  boot_code=$(find "$BUILD_DIR" -path '*/grub2-*/build-i386-pc/grub-core/boot.img' | head -n 1)
  head -c 440 "$boot_code" > "$images/boot-code.img"
  cp "$images/grub.img" "$images/core.img"
  patch_at 92 "$CORE_SECTOR" "$images/boot-code.img"
  patch_at 102 '\220\220' "$images/boot-code.img" # firmware that doesn't pass the boot drive
  patch_at 500 "$AFTER_CORE_SECTOR" "$images/core.img"
}

patch_at() { # OFFSET BYTES FILE
  # shellcheck disable=SC2059 # octal escapes
  printf "$2" | dd of="$3" bs=1 seek="$1" conv=notrunc status=none
}

rm -rf "$work"
mkdir -p "$work/boot"
make_initramfs
case $FORMAT in
  gpt-grub)
    make_grub_partition
    if [ -n "${CORE_SECTOR-}" ]; then place_grub; fi
    ;;
  gpt-boot-script) make_script_partition ;;
esac
mkdir "$work/empty"
# FAT begins in 1980
export SOURCE_DATE_EPOCH=315532800 E2FSPROGS_FAKE_TIME=1 E2FSCK_TIME=1
find "$images" -type f -exec touch -hd @$SOURCE_DATE_EPOCH {} +
genimage --rootpath "$work/empty" --tmppath "$work/genimage" --inputpath "$images" --outputpath "$images" \
  --config "$board/genimage.cfg"
