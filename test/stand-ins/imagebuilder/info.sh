. ./common.sh
echo 'Current Target: "mediatek/filogic"'
echo 'Current Architecture: "aarch64"'
echo 'Current Revision: "r28739-d9340319c6"'
echo "Default Packages: $defaults"
echo 'Available Profiles:'
echo
while IFS='|' read -r name title packages devices _; do
  echo "$name:"
  echo "    $title"
  echo "    Packages: $packages"
  echo '    hasImageMetadata: 1'
  echo "    SupportedDevices: $devices"
done < profiles
