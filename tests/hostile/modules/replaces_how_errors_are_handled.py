# expected: ok
# Has its own way with what cannot be encoded.
import codecs


def refuse(error):
    raise SystemExit(0)


for name in ('surrogateescape', 'replace', 'backslashreplace', 'ignore', 'strict'):
    codecs.register_error(name, refuse)
codecs.register(lambda name: 7)
