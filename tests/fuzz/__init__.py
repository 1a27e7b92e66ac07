"""Coverage-guided fuzzing of the way from bytes to a row: `python -m tests.fuzz --minutes 60`.

It needs atheris, which the project does not depend on: `pip install atheris`. What it finds is kept
in the folder that it names; a find becomes a test beside the code that it broke.
"""
