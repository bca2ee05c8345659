# expected: ok
# Has a hundred thousand warnings, no two alike, of places that are none.
import warnings
warnings.simplefilter('always')
for number in range(2000):
    warnings.warn_explicit('number %d \x1b[31m' % number, UserWarning, '/nowhere\n%d' % number, -number)
