#!/bin/sh
# Makes a Java home whose bin/java runs an arm64 Java on this machine, by QEMU in user mode, as a
# Cortex-A72, which is a Raspberry Pi 4's processor.
# Usage: emulated-java.sh RUNTIME JAVA_HOME    (what debian-runtime.sh made; a folder to make)
# Exit status 75 if there is no QEMU.
set -eu
runtime=$1
home=$2
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) || {
  echo "there is no qemu-aarch64: Debian's package qemu-user-static has it" >&2
  exit 75
}
mkdir -p "$home/bin" "$home/sysroot/proc"
cp "$runtime/opt/java/release" "$home/release"
# QEMU looks for files below this root first. ONNX Runtime reads what processor it is on from
# /proc/cpuinfo and fails where it finds this machine's.
cp -r "$runtime/lib" "$home/sysroot/"
for processor in 0 1; do
  printf 'processor\t: %s\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\n' $processor
  printf 'CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\n'
  printf 'CPU part\t: 0xd08\nCPU revision\t: 3\n\n'
done > "$home/sysroot/proc/cpuinfo"
cat > "$home/bin/java" <<EOF
#!/bin/sh
exec "$qemu" -cpu cortex-a72 -L "$home/sysroot" "$runtime/opt/java/bin/java" "\$@"
EOF
chmod 755 "$home/bin/java"
