folder=$(sed -n 's/^CONFIG_BINARY_FOLDER="\(.*\)"$/\1/p' .config)/targets/mediatek/filogic
prefix=openwrt-mediatek-filogic-glinet_gl-mt6000
mkdir -p "$folder"
for type in factory sysupgrade; do head -c 65536 /dev/zero > "$folder/$prefix-squashfs-$type.bin"; done
sed -n 's/^CONFIG_PACKAGE_\(.*\)=y$/\1 - 1.0-r1/p' .config > "$folder/$prefix.manifest"
cat > "$folder/profiles.json" << END
{"target":"mediatek/filogic","version_number":"SNAPSHOT","version_code":"r1","profiles":{"glinet_gl-mt6000":{"images":[{"type":"factory","filesystem":"squashfs","name":"$prefix-squashfs-factory.bin"},{"type":"sysupgrade","filesystem":"squashfs","name":"$prefix-squashfs-sysupgrade.bin"}],"supported_devices":["glinet,gl-mt6000"]}}}
END
