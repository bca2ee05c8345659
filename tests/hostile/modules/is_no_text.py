# expected: import-failed
# Is no UTF-8.
NAME = 'ÿþ'
