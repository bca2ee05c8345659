"""Where a name of a module is used: every place of the source that means the module's own name, and none that means a
parameter, a local variable or a builtin of the same name. Read with the interpreter's own `ast`, by Python's rules for scopes.
"""
import ast
import os
import re
import warnings

_DEFINITIONS = ("FunctionDef", "AsyncFunctionDef")
_COMPREHENSIONS = ("ListComp", "SetComp", "DictComp", "GeneratorExp")
_IMPORTS = ("Import", "ImportFrom")
_REFLECTING = ("globals", "exec", "eval", "vars", "locals", "dir")


class _Scope:
    """A module, a function, a class, a lambda, a comprehension, or the parameters of types that one of them has."""

    def __init__(self, kind, node, parent):
        self.kind = kind
        self.node = node
        self.parent = parent
        self.bound = set()
        self.globals = {}  # by name: the line of the statement
        self.reads = []  # name, line, context
        self.binds = []  # name, line, how, node

    def function(self):
        """The innermost `def` that this belongs to, and whether a lambda or a class lies between."""
        scope, between = self, set()
        while scope is not None and scope.kind != "function":
            between.add(scope.kind)
            scope = scope.parent
        return scope, between

    def means_global(self, name):
        """Whether a name that is read here is one of the module."""
        scope = self
        while scope.kind != "module":
            if name in scope.globals:
                return True
            # What a class binds is not seen by its methods. In its own body such a name may still be the module's.
            if name in scope.bound and (scope.kind != "class" or scope is self):
                return scope.kind == "class"
            scope = scope.parent
        return True


class _Scopes:
    """All scopes of a source file with what they read and bind."""

    def __init__(self, tree, has_future_annotations):
        self.annotation = "type-only" if has_future_annotations else "annotation"
        self.all = []
        self.reflections = []  # line, scope; of what gets at names by their text
        self.module = self._scope("module", tree, None)
        self._block(tree.body, self.module)

    def _scope(self, kind, node, parent):
        scope = _Scope(kind, node, parent)
        self.all.append(scope)
        return scope

    def _block(self, statements, scope):
        for statement in statements:
            self._see(statement, scope, "run")

    def _see(self, node, scope, context):
        kind = type(node).__name__
        see = getattr(self, "_see_" + kind, None)
        if see is not None:
            see(node, scope, context)
        elif kind in _DEFINITIONS:
            self._see_definition(node, scope)
        elif kind in _COMPREHENSIONS:
            self._see_comprehension(node, scope, context)
        else:
            self._bind_other(node, scope)
            for child in ast.iter_child_nodes(node):
                self._see(child, scope, context)

    def _bind(self, scope, name, node, how="assigned"):
        scope.bound.add(name)
        scope.binds.append((name, getattr(node, "lineno", 0), how, node))

    def _bind_other(self, node, scope):
        """What binds a name that is plain text in the tree."""
        kind = type(node).__name__
        if kind in ("ExceptHandler", "MatchAs", "MatchStar") and node.name:
            self._bind(scope, node.name, node)
        elif kind == "MatchMapping" and node.rest:
            self._bind(scope, node.rest, node)

    def _see_Name(self, node, scope, context):
        if isinstance(node.ctx, ast.Load):
            scope.reads.append((node.id, node.lineno, context))
        else:
            self._bind(scope, node.id, node, "deleted" if isinstance(node.ctx, ast.Del) else "assigned")

    def _see_NamedExpr(self, node, scope, context):
        self._see(node.value, scope, context)
        while scope.kind == "comprehension":
            scope = scope.parent
        self._bind(scope, node.target.id, node)

    def _see_Global(self, node, scope, context):
        for name in node.names:
            scope.globals.setdefault(name, node.lineno)

    def _see_Import(self, node, scope, context):
        for alias in node.names:
            self._bind(scope, _bound_by(alias), node)

    _see_ImportFrom = _see_Import

    def _see_Constant(self, node, scope, context):
        # An annotation that is written as a string.
        if context in ("annotation", "type-only", "inspected") and type(node.value) is str:
            try:
                tree = compile(node.value.strip(), "<annotation>", "eval", ast.PyCF_ONLY_AST, True)
            except (SyntaxError, ValueError):
                return
            for part in ast.walk(tree):
                if isinstance(part, ast.Name):
                    scope.reads.append((part.id, node.lineno, context))

    def _see_Subscript(self, node, scope, context):
        if _dotted(node.value) in ("sys.modules", "modules") and "__name__" in _names_in(node.slice):
            self.reflections.append((node.lineno, scope))
        self._see(node.value, scope, context)
        if (_dotted(node.value) or "").rpartition(".")[2] != "Literal":  # strings in which are values
            self._see(node.slice, scope, context)

    def _see_Call(self, node, scope, context):
        function = _dotted(node.func) or ""
        if function.rpartition(".")[2] in ("import_module", "__import__") and "__name__" in _names_in(*node.args):
            self.reflections.append((node.lineno, scope))
        for child in ast.iter_child_nodes(node):
            self._see(child, scope, context)

    def _see_AnnAssign(self, node, scope, context):
        self._see(node.target, scope, context)
        if node.value is not None:
            self._see(node.value, scope, context)
        function, _ = scope.function()
        if scope.kind == "class" and _is_inspected(scope.node):
            self._see(node.annotation, scope, "inspected" if self.annotation == "type-only" else "annotation")
        elif function is None or scope.kind == "class" or self.annotation == "type-only":
            self._see(node.annotation, scope, self.annotation)
        else:
            self._see(node.annotation, scope, "run")  # never evaluated there

    def _see_definition(self, node, scope):
        for decorator in node.decorator_list:
            self._see(decorator, scope, "decorator")
        arguments = node.args
        for default in arguments.defaults + [default for default in arguments.kw_defaults if default is not None]:
            self._see(default, scope, "default")
        self._bind(scope, node.name, node)
        outer = self._types_of(node, scope)
        context = self.annotation
        if context == "type-only" and node.decorator_list:
            context = "inspected"  # whoever decorates a function may ask for its types
        every = _all_arguments(arguments)
        for argument in every:
            if argument.annotation is not None:
                self._see(argument.annotation, outer, context)
        if node.returns is not None:
            self._see(node.returns, outer, context)
        inner = self._scope("function", node, outer)
        for argument in every:
            self._bind(inner, argument.arg, argument)
        self._block(node.body, inner)

    def _see_Lambda(self, node, scope, context):
        arguments = node.args
        for default in arguments.defaults + [default for default in arguments.kw_defaults if default is not None]:
            self._see(default, scope, "default")
        inner = self._scope("lambda", node, scope)
        for argument in _all_arguments(arguments):
            self._bind(inner, argument.arg, argument)
        self._see(node.body, inner, "run")

    def _see_ClassDef(self, node, scope, context):
        for decorator in node.decorator_list:
            self._see(decorator, scope, "decorator")
        self._bind(scope, node.name, node)
        outer = self._types_of(node, scope)
        for base in node.bases + [keyword.value for keyword in node.keywords]:
            self._see(base, outer, "base-class")
        self._block(node.body, self._scope("class", node, outer))

    def _see_TypeAlias(self, node, scope, context):
        self._bind(scope, node.name.id, node)
        self._see(node.value, self._types_of(node, scope), "annotation")

    def _types_of(self, node, scope):
        """The scope of the parameters of types, where there are any."""
        parameters = getattr(node, "type_params", None)
        if not parameters:
            return scope
        inner = self._scope("types", node, scope)
        for parameter in parameters:
            self._bind(inner, parameter.name, parameter)
            for part in (getattr(parameter, "bound", None), getattr(parameter, "default_value", None)):
                if part is not None:
                    self._see(part, inner, "annotation")
        return inner

    def _see_comprehension(self, node, scope, context):
        inner = self._scope("comprehension", node, scope)
        for position, generator in enumerate(node.generators):
            self._see(generator.target, inner, context)
            self._see(generator.iter, inner if position else scope, context)
            for condition in generator.ifs:
                self._see(condition, inner, context)
        for part in ("elt", "key", "value"):
            if getattr(node, part, None) is not None:
                self._see(getattr(node, part), inner, context)

    def uses(self, name, statement):
        """Every use of a name of the module, but for the statement that binds it: kind, line, and the `def` that it is in."""
        found = []
        for scope in self.all:
            if name in scope.globals:
                found.append(("global", scope.globals[name], None))
            for bound, line, how, node in scope.binds:
                # A star import may bring the name too.
                if bound in (name, "*") and node is not statement and (scope.kind == "module" or name in scope.globals):
                    found.append((how, line, None))
            for read, line, context in scope.reads:
                if read == name and scope.means_global(name):
                    found.append(_classified(scope, name, line, context))
        found.extend(("reflected", line, None) for line in self._reflecting())
        return _through_outermost(found)

    def _reflecting(self):
        """Lines that may get at a name without writing it."""
        for line, _ in self.reflections:
            yield line
        for scope in self.all:
            for name, line, _ in scope.reads:
                if name in _REFLECTING and scope.means_global(name) and name not in self.module.bound:
                    yield line


def _classified(scope, name, line, context):
    function, between = scope.function()
    if context in ("type-only", "inspected"):
        return context, line, None
    if scope.kind == "class" and name in scope.bound:
        return "class-body", line, None
    if function is not None:
        return "function", line, function
    if context != "run":
        return context, line, None
    if "lambda" in between:
        return "lambda", line, None
    return ("class-body" if "class" in between else "module"), line, None


def _through_outermost(found):
    """Functions inside others that use the name too see it there."""
    using = [function for _, _, function in found if function is not None]

    def outermost(function):
        best, scope = function, function
        while scope is not None:
            if any(scope is other for other in using):
                best = scope
            scope = scope.parent
        return best

    return [(kind, line, function and outermost(function)) for kind, line, function in found]


def _all_arguments(arguments):
    every = getattr(arguments, "posonlyargs", []) + arguments.args + arguments.kwonlyargs
    return every + [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]


def _bound_by(alias):
    return alias.asname or alias.name.partition(".")[0]


def _is_inspected(class_node):
    """Whether something may look at the annotations of a class: a decorator, a base class, a metaclass."""
    bases = [_dotted(base) for base in class_node.bases]
    return bool(class_node.decorator_list or class_node.keywords or [base for base in bases if base != "object"])


def _dotted(node):
    """`a.b.c` of the expression that says so; None of any other."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id] + parts[::-1]) if isinstance(node, ast.Name) else None


def _names_in(*nodes):
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}
