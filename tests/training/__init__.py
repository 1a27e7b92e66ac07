"""Training of the body model on the corpora: `python -m tests.training` (BROADSHEET_CORPORA).

Fits the weights in `tasks/process/body/weights.json`, and measures by five folds over publishers
what they would be worth on pages of other publishers; both go with the hash of the code and the
data that made them. For development only: nothing of it runs in the pipeline.
"""
