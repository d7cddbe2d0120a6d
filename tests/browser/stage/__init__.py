"""Stage, panels and screens at every size."""
