"""Reports as documents: frozen blocks, the frame around them, and renderers that all start from the same object."""
