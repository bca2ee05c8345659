# expected: ok
# Prints commands of CI logs and of terminals.
print('::stop-commands::x\n##[error]x\x1b]0;title\x07\x1b[31m\r\u202e')
