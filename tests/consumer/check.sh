#!/usr/bin/env bash
# One check of how others use this build: `check.sh NAME`, where NAME is a
# function below. Run by ctest, which sets SOURCE_DIR, BUILD_DIR and CXX.
set -euo pipefail

here=$SOURCE_DIR/tests/consumer
prefix=$BUILD_DIR/tests/consumer/prefix

# Not below the tree, which must not be found by chance.
work=$(mktemp -d)
server=
cleanup() {
  if [[ -n $server ]]; then kill -KILL "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# configure SOURCE BUILD [ARGUMENTS]
configure() {
  cmake -S "$1" -B "$2" -G "${generator:-Ninja}" \
    -DCMAKE_PREFIX_PATH="$prefix" "${@:3}" >"$work/configure.log" 2>&1 ||
    { cat "$work/configure.log"; fail "configuring $1"; }
}

# build BUILD [ARGUMENTS]
build() {
  cmake --build "$@" >"$work/build.log" 2>&1 ||
    { cat "$work/build.log"; fail "building $1"; }
}

# The prefix is moved after the installation: a package may hold no path.
install() {
  rm -rf "$prefix"
  cmake --install "$BUILD_DIR" --prefix "$work/first" >/dev/null
  mv "$work/first" "$prefix"
  if grep -rnF -e "$SOURCE_DIR" -e "$BUILD_DIR" -e "$work" "$prefix/lib/cmake"; then
    fail "the installed package knows where it was built"
  fi
  "$prefix/bin/protoc-gen-hawkmount" --version
}

# buy [ARGUMENTS]: builds the shop and buys something in it.
buy() {
  cp -r "$here/project" "$work/shop"
  configure "$work/shop" "$work/shop/build" "$@"
  build "$work/shop/build" --target buy
  "$work/shop/build/buy" | grep -x "bought a kite"
}

find_package() { buy -DGET_BY=find_package; }
protobuf_generate() { buy -DGET_BY=find_package -DGENERATE_BY=protobuf; }
fetch_content() { buy -DGET_BY=fetch_content -DHAWKMOUNT_DIR="$SOURCE_DIR"; }

# And everything as shared libraries, for once.
add_subdirectory() {
  buy -DGET_BY=add_subdirectory -DHAWKMOUNT_DIR="$SOURCE_DIR" -DBUILD_SHARED_LIBS=ON
}

# Tests of a service, with the kit of the installed package.
testing() {
  cp -r "$here/testing" "$work/testing"
  configure "$work/testing" "$work/testing/build" -DSHOP_DIR="$here/project"
  build "$work/testing/build"
  "$work/testing/build/shop_test" | tee "$work/tests"
  grep -F "[  PASSED  ] 4 tests." "$work/tests"
}

# The examples are projects of their own: built with the installed package,
# then called through a socket by the example's client.
examples() {
  cp -r "$SOURCE_DIR"/docs/examples/{errors,greeter,readme} "$work"
  configure "$work/readme" "$work/readme/build"
  build "$work/readme/build"
  configure "$work/errors" "$work/errors/build"
  build "$work/errors/build"
  configure "$work/greeter" "$work/greeter/build"
  build "$work/greeter/build"

  "$work/greeter/build/greeter_server" --port 0 --http-port 0 >"$work/log" 2>&1 &
  server=$!
  local port='' http_port='' _
  for _ in {1..600}; do
    port=$(sed -n 's/.*serving on .*, port \([0-9]*\).*/\1/p' "$work/log")
    http_port=$(sed -n 's/.*http port \([0-9]*\).*/\1/p' "$work/log")
    [[ -z $port || -z $http_port ]] || break
    sleep 0.1
  done
  [[ -n $http_port ]] || { cat "$work/log"; fail "the server tells no port"; }

  client=("$work/greeter/build/greeter_client" --address "localhost:$port")
  [[ $("${client[@]}" hello Ada) == "Hello, Ada!" ]] || fail hello
  [[ $("${client[@]}" count 3) == $'1\n2\n3' ]] || fail count
  [[ $("${client[@]}" collect Ada Bob) == $'Ada\nBob' ]] || fail collect
  [[ $(printf 'a\nb\n' | "${client[@]}" chat) == $'You said: a\nYou said: b' ]] ||
    fail chat
  if "${client[@]}" hello "" 2>"$work/error"; then fail "an empty name"; fi
  grep "INVALID_ARGUMENT: a greeting needs a name" "$work/error"
  # A call is counted after its caller has its answer.
  for _ in {1..600}; do
    curl -fsS "http://localhost:$http_port/metrics" >"$work/metrics"
    ! grep 'hawkapi_grpc_requests_total{method="/acme.greeter.v1.Greeter/SayHello",code="OK"} 1$' \
      "$work/metrics" || break
    sleep 0.1
  done
  grep -q 'SayHello",code="OK"} 1$' "$work/metrics" || fail "the call was not counted"

  kill -TERM "$server"
  wait "$server" || { cat "$work/log"; fail "the server exited with $?"; }
  server=
}

# Generated code is made again when, and only when, something that it depends on
# changed.
regenerate() {
  cp -r "$here/generate" "$work/project"
  cp -r "$prefix" "$work/prefix" # its plugin is touched below
  prefix=$work/prefix
  cd "$work/project"
  configure . build
  build build
  local made=build/api_generated/acme/v1/notes.v2.hawkmount.pb.h

  # changes WHAT: whether a build makes `made` again.
  changes() {
    local before
    before=$(stat -c %y "$made")
    sleep 1.1 # make's clock
    "${@}"
    build build
    [[ $(stat -c %y "$made") != "$before" ]]
  }
  ! changes true || fail "made again without a change"
  changes touch protos/acme/v1/notes.v2.proto || fail "the proto changed"
  changes touch vendor/tags/tags.proto || fail "an import changed"
  changes touch vendor/tags/deeper.proto || fail "an import's import changed"
  changes touch "$prefix/bin/protoc-gen-hawkmount" || fail "the plugin changed"
  changes touch protos/extra.txt || fail "one of DEPENDENCIES changed"
  ! changes touch vendor/unused.proto || fail "made again for somebody else"
  ! changes true || fail "made again without a change at the end"

  # What an import says arrives in the code.
  sed -i 's/string text = 1;/string text = 1; string more = 2;/' vendor/tags/deeper.proto
  build build
  grep -q set_more build/api_generated/tags/deeper.pb.h
}
regenerate_ninja() { regenerate; }
regenerate_make() {
  generator="Unix Makefiles"
  regenerate
}

# hawkmount_generate's keywords, and what it says of mistakes.
generate() {
  cp -r "$here/generate" "$work/project"
  cd "$work/project"
  configure . build -DMORE=ON -DCMAKE_UNITY_BUILD=ON
  build build
  # With spaces in the paths.
  cp -r "$here/generate" "$work/spaced project"
  configure "$work/spaced project" "$work/spaced build"
  build "$work/spaced build"

  mistake outside "none of the import directories"
  mistake keyword "IMPORT_DIR is neither a .proto nor a keyword"
  mistake type "hawkmount_add_library: does not know SHARDED"
}

# mistake NAME ADVICE: configuring with the mistake gives the advice.
mistake() {
  cmake -S . -B "mistake-$1" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DMISTAKE="$1" \
    >mistake.log 2>&1 || true
  tr -s '\n ' ' ' <mistake.log | grep -qF "$2" ||
    { cat mistake.log; fail "no advice on the mistake $1"; }
}

# The README's code is that of docs/examples/readme, which is compiled.
readme() {
  local file
  for file in greeter.proto CMakeLists.txt main.cc; do
    # The block that follows the line with the file's name.
    awk -v name="\`$file\`" '
      index($0, name) && !found { found = 1; next }
      found && /^```/ { if (inside) exit; inside = 1; next }
      inside' "$SOURCE_DIR/README.md" >"$work/block"
    diff "$SOURCE_DIR/docs/examples/readme/$file" "$work/block" ||
      fail "README.md and docs/examples/readme/$file differ"
  done
}

"$1"
