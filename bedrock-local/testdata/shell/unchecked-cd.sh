# Functions for the release scripts.
release() {
  cd /srv/app # the release
  make install
}
