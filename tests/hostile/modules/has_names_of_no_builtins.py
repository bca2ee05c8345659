# expected: import-failed
# Leaves its own code without what every code has.
__builtins__.clear() if isinstance(__builtins__, dict) else vars(__builtins__).clear()
print
