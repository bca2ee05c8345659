# expected: import-failed
# Has no builtins.
import builtins
delete = delattr
for name in [name for name in vars(builtins) if not name.startswith('_')]:
    delete(builtins, name)
