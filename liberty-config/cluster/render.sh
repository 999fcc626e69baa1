#!/bin/sh
# Renders the chart for the boards, and with rounds as Jobs, into rendered/, with the digest of what it was rendered from.
# Usage: render.sh [FOLDER]; needs helm 3 on PATH, or where HELM says.
set -eu
cd "$(dirname "$0")"
helm=${HELM:-helm}
out=${1:-rendered}
mkdir -p "$out"
# Of every file's name and bytes; ClusterResourcesTest computes the same.
digest=$(find chart -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d ' ' -f 1)
for board in jetson-nano raspberry-pi training-job; do
  "$helm" lint --strict --quiet chart/seamark --values "chart/values-$board.yaml"
  {
    echo "# Rendered by render.sh; do not edit."
    echo "# chart: $digest"
    "$helm" template seamark chart/seamark --namespace street --kube-version 1.29.0 \
      --values "chart/values-$board.yaml"
  } > "$out/$board.yaml"
done
