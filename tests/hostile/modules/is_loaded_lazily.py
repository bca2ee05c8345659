# expected: ok
# Leaves a module that has not been executed, and is when it is asked for anything.
import importlib.util, sys
spec = importlib.util.find_spec('email.mime.nonmultipart')
spec.loader = importlib.util.LazyLoader(spec.loader)
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
