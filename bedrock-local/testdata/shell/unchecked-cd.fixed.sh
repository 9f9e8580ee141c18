# Functions for the release scripts.
release() {
  cd /srv/app || return 1 # the release
  make install
}
