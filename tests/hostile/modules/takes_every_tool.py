# expected: ok
# Leaves nobody else a way to watch what runs.
import sys
if hasattr(sys, 'monitoring'):
    for tool in range(6):
        try:
            sys.monitoring.use_tool_id(tool, 'mine')
        except ValueError:
            sys.monitoring.free_tool_id(tool)
            sys.monitoring.use_tool_id(tool, 'mine')
        sys.monitoring.set_events(tool, 0)
