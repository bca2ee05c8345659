# expected: import-failed
# Is told of everything and refuses it.
import sys


def hook(event, _):
    if event in ('open', 'import', 'compile', 'exec', 'os.listdir'):
        raise RuntimeError(event)


sys.addaudithook(hook)
