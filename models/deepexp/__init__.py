"""DeepExp3D: a face's expression from one picture, by a network that learnt from annotated and from rendered videos."""
