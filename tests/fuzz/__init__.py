"""Fuzzing: a file or page that is damaged on purpose must affect no other document.

`python -m tests.fuzz [SECONDS] [TARGETS...]` mutates good inputs of every kind that is read. It
needs nothing but what `make setup-dev` installs, and every input can be repeated from its seed.

`python -m tests.fuzz.by_coverage --minutes 60` follows the coverage of `process_document` instead.
It needs atheris, which the project does not depend on: `pip install atheris`.

Add a regression test beside the code for each fault that is found.
"""
