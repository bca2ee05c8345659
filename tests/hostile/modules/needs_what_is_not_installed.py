# expected: missing-dependency
# Imports what nobody has.
import a_module_that_nobody_has_installed
