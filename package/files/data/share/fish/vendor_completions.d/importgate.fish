# Completions for fish. The program prints them, so that they are always those of the version that is installed.
importgate completions fish | source
