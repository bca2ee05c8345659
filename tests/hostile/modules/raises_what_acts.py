# expected: import-failed
# Raises markup, commands and control characters.
raise RuntimeError('\n::error file=x::no\n\x1b]0;t\x07<script>@everyone|![no](x)\u202e')
