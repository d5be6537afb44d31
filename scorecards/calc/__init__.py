"""The arithmetic of the scorecard: arrays of N suppliers in, arrays out, no Django and no I/O.

Words: *value* is the raw measure of an indicator in its own unit; *points* run from 0 to 100; *weight* is
the indicator's share of the total; *total* is the weighted mean of points, rounded once to 0.1.
"""
