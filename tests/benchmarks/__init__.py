import os

# As in worker processes, of which there is one per core. Must be set before numpy is loaded.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
