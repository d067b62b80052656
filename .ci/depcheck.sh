#!/usr/bin/env bash
# Proves from go list -deps who knows whom (the rooms of the house).
set -euo pipefail
cd "$(dirname "$0")/.."
module=github.com/coordkit/coordkit
bad=0

# deps PATTERN: what the packages reach, tests left out.
deps() { go list -deps "$1" | sort -u; }
fail() { echo "depcheck: $1 reaches what it must not know:"; printf '  %s\n' $2; bad=1; }

# only PACKAGES ALLOWED…: third parties and own packages that may be reached.
only() {
  local pattern=$1; shift
  local allow
  allow=$(printf '|%s' "$@"); allow=${allow#|}
  local seen
  seen=$(deps "$pattern" | grep -E '^[a-z0-9-]+(\.[a-z0-9-]+)+/' | grep -Ev "^($allow)(/|$)" || true)
  [ -z "$seen" ] || fail "$pattern" "$seen"
}

only ./changereq/... "$module/changereq"
only ./archive/... "$module/archive" golang.org/x/mod/sumdb golang.org/x/mod/internal
[ ! -d schedule ] || only ./schedule/... "$module/schedule"
for room in simulate notice register issue product meeting process; do
  [ ! -d "coordination/$room" ] || only "./coordination/$room/..." "$module/coordination/$room" $([ "$room" = simulate ] && echo "$module/coordination/process")
done
only ./coordination/planning "$module/coordination/planning" "$module/coordination/register" "$module/schedule"
only ./coordination "$module/changereq" "$module/archive" "$module/schedule" "$module/coordination" "$module/internal/uuid7" golang.org/x/mod
only ./coordination/audit "$module/changereq" "$module/archive" "$module/schedule" "$module/coordination" "$module/internal/uuid7" golang.org/x/mod
only ./adapters/store/memory "$module"
only ./adapters/store/internal/sqlstore "$module"

# Drivers and the contract's libraries stand behind one door each; test
# libraries and suites are reached by tests alone.
door() {
  local library=$1; shift
  local p
  for p in $(go list ./... | grep -Ev "^$module/(examples|adapters/store/(storetest|internal/crashtest|internal/sqltest)|adapters/blob/blobtest|adapters/httpapi/contracttest|internal/(everystore|faultstore|pgtest))(/|$)"); do
    case " $* " in *" ${p#"$module"/} "*) continue ;; esac
    if go list -deps "$p" | grep -qE "^$library(/|$)"; then fail "$p" "$library"; fi
  done
}
door modernc.org/sqlite adapters/store/sqlite
door github.com/jackc/pgx adapters/store/postgres
door github.com/getkin/kin-openapi adapters/httpapi adapters/httpapi/planfiles
door github.com/stretchr/testify
door pgregory.net/rapid
door github.com/google/go-cmp
door testing

# No adapter knows another's inside; planfiles is there to join two of them.
for p in $(go list ./adapters/...); do
  case $p in *storetest*|*contracttest*|*crashtest*|*sqltest*|*blobtest*) continue ;; esac
  seen=$(go list -f '{{join .Imports "\n"}}' "$p" | grep -E "^$module/adapters/" | grep -Ev "^$module/adapters/store/internal/|^$p(/|$)" || true)
  [ -z "$seen" ] || case $p in */httpapi/client|*/httpapi/planfiles) ;; *) fail "$p" "$seen" ;; esac
done
exit $bad
