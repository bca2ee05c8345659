# expected: ok
# Has another interpreter in its process, that imports and goes on.
import threading
try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        interpreters = None
if interpreters is not None:
    inner = interpreters.create()
    run = getattr(interpreters, 'run_string', None) or interpreters.exec
    run(inner, 'import json, sys; sys.modules.clear()')
    threading.Thread(target=run, args=(inner, 'while True: pass'), daemon=True).start()
