"""Trains the body model on the corpora: `python -m tests.training` (needs BROADSHEET_CORPORA).

It fits the weights in `tasks/process/body/weights.json` and measures, by five folds over
publishers, how well they do on pages of publishers that they were not trained on. Weights and
scores are stored with hashes of the code and the data that made them. This is for development; the
pipeline runs none of it.
"""
