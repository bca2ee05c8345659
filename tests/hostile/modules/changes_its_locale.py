# expected: ok
# Takes another locale and time zone.
import locale, os, time
locale.setlocale(locale.LC_ALL, 'C')
os.environ['TZ'] = 'Nowhere/+99'
time.tzset()
