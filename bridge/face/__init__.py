"""The whole face from one colour camera: a 3D face model, where its landmarks lie, and what they say it expresses."""
