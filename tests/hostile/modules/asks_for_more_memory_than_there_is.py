# expected: import-failed
# Asks for an exabyte.
bytearray(1 << 60)
