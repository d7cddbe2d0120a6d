"""Stories of a server that `make install` has made of a bare Debian."""
