# expected: hang
# Never ends.
while True:
    pass
