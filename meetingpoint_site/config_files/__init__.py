"""The configuration files of the other programs on a server, made from the settings and the examples in `deploy/`."""
