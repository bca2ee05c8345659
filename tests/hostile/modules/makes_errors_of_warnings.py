# expected: import-failed
# Warns where a warning is an error.
import warnings
warnings.simplefilter('error')
warnings.warn('no')
