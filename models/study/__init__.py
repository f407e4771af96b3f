"""The Eyemotion study (arXiv 1707.07204) as a program: its participants rendered, its methods trained, its tables.

python -m models.study render OUT     the frozen benchmark: 46 people, two headsets, two sessions each
python -m models.study pretrain PAIRS  weights to begin with, where ImageNet's may not be had
python -m models.study run DATA       every method, cross-validated; writes models/RESULTS.md
"""
