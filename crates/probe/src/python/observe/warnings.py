"""Sees every warning, also those that are filtered out, and decides nothing."""
import _warnings


class _Text:
    """Sits in the list of warning filters where a regular expression would, sees what passes, and never matches."""

    def __init__(self, field):
        self.field = field

    def match(self, text):
        setattr(_Notes, self.field, text)
        return True


class _SeesCategory(type):
    def __subclasscheck__(cls, category):
        try:
            if _Notes.on:
                _note_warning(category, _frame_of(1))
        except Exception:
            pass
        return False


class _AnyCategory(Warning, metaclass=_SeesCategory):
    pass


def _note_warning(category, frame):
    module, text = _Notes.warning_module, _text(_Notes.warning_text)
    if _Notes.compiling is not None and _is_import_system(frame.f_code):
        place = (_Notes.compiling, 0)  # the compiler's own: the line is found once the import is over
    else:
        place = _warned_place(frame, module) or _place_of(frame)
    _Notes.warnings[(category, text, place)] = True


def _warned_place(frame, module):
    """The line that a warning is about, in the module that it is about. The filter is told no more than the module, so
    `stacklevel` is read from the source where caller and called stand in one module."""
    frames = []
    while frame is not None and len(frames) < 20:
        if not _is_import_system(frame.f_code):
            frames.append((frame.f_code.co_filename, frame.f_lineno or 0, _module_of(frame)))
        frame = frame.f_back
    level = _stack_level(*frames[0][:2]) if frames else 1
    for filename, line, owner in frames[level - 1:] + frames:
        if owner == module:
            return filename, line
    return None


def _stack_level(filename, line):
    """The `stacklevel` of the call that begins in a line of a source file; 1 where none is written there."""
    try:
        text = _read_whole(_absolute(filename)).decode("utf-8", "replace")
    except OSError:
        return 1
    call = "".join(text.split("\n")[line - 1:line + 9]).partition("warn(")[2].partition("warn(")[0]
    digits = call.partition("stacklevel")[2].partition("=")[2].strip()[:1]
    return int(digits) if digits.isdigit() and digits != "0" else 1


class _Exactly:
    def __init__(self, text):
        self.text = text

    def match(self, text):
        return text == self.text


def _line_of_compiler_warning(category, text, filename):
    """Compiles a source again with just this warning made an error, whose place the compiler tells."""
    kept = _warnings.filters[:]
    _warnings.filters[:] = [("error", _Exactly(text), category, None, 0)]
    try:
        compile(_read_whole(filename), filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 0
    except Exception:
        pass
    finally:
        _warnings.filters[:] = kept
    return 0


def _describe_warning(category, text, place):
    if place is not None and place[1] == 0:
        place = (place[0], _line_of_compiler_warning(category, text, place[0]))
    return {"category": _class_name(category), "message": text, "place": _describe_place(place)}


def _watch_warnings():
    """Puts a filter in front that sees every warning, also those that the other filters ignore, and decides nothing."""
    seer = ("ignore", _Text("warning_text"), _AnyCategory, _Text("warning_module"), 0)
    _warnings.filters.insert(0, seer)
