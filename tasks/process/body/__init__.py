"""The extractor of a page's body text.

The fast lane (`fast`) makes one pass over the tree (`blocks`), computes features of each block of
text (`page_arrays`, `block_features`, `context_features`) and classifies the blocks with a small
trained model (`model`). The careful lane (`careful`) is trafilatura. `lanes` chooses between them.
"""
