. ./common.sh
check_profile
resolve
echo "Building images for mediatek - $(field "$PROFILE" 2)"
prefix="openwrt-24.10.2-mediatek-filogic-$PROFILE"
BIN_DIR=${BIN_DIR:-bin/targets/mediatek/filogic}
mkdir -p "$BIN_DIR"
for script in "$FILES"/etc/init.d/*; do
  grep -q '#!/bin/sh /etc/rc.common' "$script" || continue
  case " $DISABLED_SERVICES " in *" ${script##*/} "*) echo "Disabling ${script##*/}" ;; *) echo "Enabling ${script##*/}" ;; esac
done
size=$(($(find "$FILES" -type f -exec cat {} + | wc -c) + 6291456))
images=
for image in $(field "$PROFILE" 5); do
  IFS=: read -r type filesystem limit << END
$image
END
  name="$prefix-$filesystem-$type.bin"
  # as Build/check-size says it; make goes on, unless a further step wants the file, such as the one that packs it
  if [ "$limit" -gt 0 ] && [ "$size" -gt "$limit" ]; then
    echo "    WARNING: Image file build_dir/tmp/$name is too big: $size > $limit" >&2
    case "$type" in *.gz) gzip -c "build_dir/tmp/$name" > /dev/null || exit 1 ;; esac
    continue
  fi
  truncate -s "$size" "$BIN_DIR/$name"
  sha256=$(sha256sum < "$BIN_DIR/$name")
  images="$images,{\"type\":\"$type\",\"filesystem\":\"$filesystem\",\"name\":\"$name\",\"sha256\":\"${sha256%% *}\"}"
done
cp "$resolved" "$BIN_DIR/$prefix.manifest"
echo '{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"type":"library","name":"busybox","version":"1.36.1"}]}' > "$BIN_DIR/$prefix.bom.cdx.json"
# without an image there is nothing to say of the profile
[ -n "$images" ] || exit 0
devices=$(field "$PROFILE" 4 | sed 's/ /","/g')
cat > "$BIN_DIR/profiles.json" << END
{"metadata_version":1,"target":"mediatek/filogic","version_number":"24.10.2","version_code":"r28739-d9340319c6","linux_kernel":{"version":"6.6.93"},"profiles":{"$PROFILE":{"images":[${images#,}],"supported_devices":["$devices"]}}}
END
