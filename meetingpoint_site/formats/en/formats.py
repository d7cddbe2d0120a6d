"""How the server writes dates in English: in one order, with the month in letters, so that no country misreads them.

Django's own are those of the United States. The names are Django's (`FORMAT_MODULE_PATH`).
"""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i T"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j F"
FIRST_DAY_OF_WEEK = 1
