# expected: circular-import
# Imports a name of itself that is not there yet.
from hostile.imports_itself_in_a_circle import later

later = 1
