"""The demo: a program with plainly fictitious suppliers, built by the product's own actions on the days they tell of."""

import datetime as dt

TODAY = dt.date(2025, 2, 10)
BUYER_CODE = "LCFC"
