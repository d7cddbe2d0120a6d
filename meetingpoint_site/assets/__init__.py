"""Static files: the release's name, the bundle, and how they are served."""
