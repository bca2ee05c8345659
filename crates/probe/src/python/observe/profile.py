"""Says which functions an import calls, how often, and how long they take: one import in a run of its own, since a profiler
makes every call take longer.
"""


def _import_all():
    """In a function of ours, so that the profiler knows what we call ourselves."""
    if _IS_START:
        _start_up(_call)
    for name in _module_names("import"):
        _import(name)


def _profile():
    _prepare_path()
    _watch_faults()
    if _profiler is None:
        _send(_describe_profile())
    try:
        _load_before()
        _start_profiling()
        _import_all()
    except BaseException as error:
        _stop_profiling()
        _send(_describe_exception(error))
    _stop_profiling()
    _send(_describe_profile())


_with_room(_answer_by, _profile)
