. ./common.sh
check_profile
resolve
cat "$resolved"
