#!/usr/bin/env bash
# Gradescope runs this once, as root, when it makes the image: installs what is needed and builds what every submission leans
# on. The image is used on other machines, so nothing is tuned for this one.
set -eu -o pipefail
# shellcheck source=chapters/setup
. "${AUTOGRADER:-/autograder}/source/chapters/setup"
need_packages "${packages[@]}"
configure build -Dnative=false
read -r -a chapters <"$root/autograder/chapters"
"$root/chapters/grade" --list "${chapters[@]}"
