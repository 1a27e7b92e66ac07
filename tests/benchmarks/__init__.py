import os

# As workers run: there is one for each core. Set before anything loads numpy.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
