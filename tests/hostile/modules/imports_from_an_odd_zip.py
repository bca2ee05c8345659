# expected: ok
# Has modules in an archive whose names are no names.
import os
import sys
import tempfile
import zipfile
path = os.path.join(tempfile.mkdtemp(), 'odd \x1b name.zip')
with zipfile.ZipFile(path, 'w') as archive:
    archive.writestr('in_zip.py', 'import sys\n')
    archive.writestr('in zip.py', 'x = 1\n')
    archive.writestr('in_zip_p/__init__.py', 'from . import ünï\n')
    archive.writestr('in_zip_p/ünï.py', 'x = 1\n')
    archive.writestr('../outside.py', 'x = 1\n')
    archive.writestr('class.py', 'x = 1\n')
sys.path.insert(0, path)
for name in ('in_zip', 'in zip', 'in_zip_p', 'class'):
    __import__(name)
os.remove(path)
