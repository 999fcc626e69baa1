#!/bin/sh
# Makes what an image needs below Seamark where no registry can be reached: glibc, a shell and a Java
# of the modules named, from Debian's packages as this machine's apt gets and verifies them. Nothing is
# installed, and no package's own script is run.
# Usage: debian-runtime.sh ARCHITECTURE MODULES FOLDER    (amd64 or arm64; for jlink; must not exist)
# Exit status: 0 done, 2 bad usage, 75 if the packages cannot be had here, else the failing step's.
set -eu

if [ $# -ne 3 ]; then
  echo "usage: debian-runtime.sh ARCHITECTURE MODULES FOLDER" >&2
  exit 2
fi
architecture=$1
modules=$2
folder=$3
case $architecture in
  amd64) triplet=x86_64-linux-gnu loader=lib64/ld-linux-x86-64.so.2 ;;
  arm64) triplet=aarch64-linux-gnu loader=lib/ld-linux-aarch64.so.1 ;;
  *)
    echo "architecture is '$architecture', but must be amd64 or arm64" >&2
    exit 2
    ;;
esac
for tool in apt-get dpkg-deb jlink; do
  if ! command -v "$tool" > /dev/null; then
    echo "there is no $tool on this machine" >&2
    exit 75
  fi
done
case $(jlink --version) in
  17 | 17.*) ;;
  *)
    echo "jlink is of Java $(jlink --version), but must be of Java 17, as Debian's modules are" >&2
    exit 75
    ;;
esac
if [ -e "$folder" ]; then
  echo "$folder exists already" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/tree"
: > "$work/status"

# The machine's sources and keys, but lists and states of its own.
apt() {
  apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
    -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" \
    -o Dir::Cache="$work/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}
# Sources that have nothing for the architecture are no failure, so what counts is the next step.
apt update > "$work/log" 2>&1 || true
if ! (cd "$work/debs" && apt download openjdk-17-jdk-headless libc6 libc-bin libgcc-s1 libstdc++6 zlib1g \
  libjpeg62-turbo liblcms2-2 busybox-static) >> "$work/log" 2>&1; then
  tail -n 5 "$work/log" >&2
  echo "Debian's packages for $architecture cannot be had here" >&2
  exit 75
fi
for package in "$work"/debs/*.deb; do
  dpkg-deb --extract "$package" "$work/tree"
done

new=$folder.new
rm -rf "$new"
mkdir -p "$new/bin" "$new/$(dirname "$loader")" "$new/usr/share/doc" "$new/opt"
# Files under the names that programs ask for: an image's layer here holds no links.
libraries=$new/lib/$triplet
mkdir -p "$libraries"
for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libnss_dns.so.2 \
  libnss_files.so.2 libutil.so.1 libgcc_s.so.1 libstdc++.so.6 libz.so.1 libjpeg.so.62 liblcms2.so.2; do
  for place in "$work/tree/lib/$triplet" "$work/tree/usr/lib/$triplet"; do
    if [ -e "$place/$name" ]; then
      cp -L "$place/$name" "$libraries/$name"
    fi
  done
  [ -e "$libraries/$name" ]
done
cp -L "$work/tree/lib/$triplet/$(basename "$loader")" "$new/$loader"
# Names of files are UTF-8.
mkdir -p "$new/usr/lib/locale"
cp -rL "$work/tree/usr/lib/locale/C.utf8" "$new/usr/lib/locale/C.utf8"
cp -L "$work/tree/bin/busybox" "$new/bin/busybox"
cp -L "$work/tree/bin/busybox" "$new/bin/sh"
# What the launcher, Liberty's script and someone who looks around call.
for applet in basename cat chmod chown cp cut date df dirname env expr find grep head hostname id kill \
  ls mkdir mv nohup ps pwd readlink rm sed sleep sort tail test touch tr uname wc wget which; do
  printf '#!/bin/sh\nexec /bin/busybox %s "$@"\n' "$applet" > "$new/bin/$applet"
  chmod 755 "$new/bin/$applet"
done
for package in libc6 libgcc-s1 libstdc++6 gcc-12-base zlib1g libjpeg62-turbo liblcms2-2 busybox-static; do
  if [ -f "$work/tree/usr/share/doc/$package/copyright" ]; then
    mkdir -p "$new/usr/share/doc/$package"
    cp "$work/tree/usr/share/doc/$package/copyright" "$new/usr/share/doc/$package/copyright"
  fi
done
(cd "$work/debs" && ls) > "$new/usr/share/doc/packages.txt"

# This machine's jlink links Java for the other architecture from that one's modules. They are not
# compressed, since the layer is.
jlink --module-path "$work/tree/usr/lib/jvm/java-17-openjdk-$architecture/jmods" \
  --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
  --compress=0 --output "$new/opt/java"
mv "$new" "$folder"
