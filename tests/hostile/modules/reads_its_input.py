# expected: import-failed
# Asks a question that nobody answers.
input('go on? ')
