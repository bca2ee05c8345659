# expected: import-failed
# Raises what no UTF-8 has.
raise RuntimeError('\udc80\ud800')
