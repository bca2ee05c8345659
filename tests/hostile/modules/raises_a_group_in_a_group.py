# expected: import-failed
# Has as many errors in each other as fit.
import builtins
Group = getattr(builtins, 'ExceptionGroup', None)
error = RuntimeError('innermost')
for number in range(3000):
    error = Group('group %d' % number, [error]) if Group else RuntimeError(str(number))
raise error
