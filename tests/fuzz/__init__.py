"""Fuzzing: files and pages of strangers, damaged on purpose, must cost themselves and nothing else.

`python -m tests.fuzz [SECONDS] [TARGETS...]` mutates good inputs of every kind that is read. It
needs nothing but what `make setup-dev` installs, and a seed repeats each of its inputs.

`python -m tests.fuzz.by_coverage --minutes 60` follows the coverage of `process_document` instead.
It needs atheris, which the project does not depend on: `pip install atheris`.

Add a regression test beside the code for each fault that is found.
"""
