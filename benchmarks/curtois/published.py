"""Lowest penalties published for the instances, and what other methods reached in ten minutes.

Sources: 1 to 7 and 10 to 12: the comparison in github.com/ORProjects/NRP (ComputationalResults/README.md);
8, 9 and 13 to 24: schedulingbenchmarks.org/changes.html (P. Smet; P. Strandmark for 20 to 24). There 8, 9, 13, 14,
16, 17 and 18 carry a lower bound of the same value; for 15 and 19 it is 3823 and 3148.
"""

from __future__ import annotations

BEST_KNOWN = {
    1: 607,
    2: 828,
    3: 1001,
    4: 1716,
    5: 1143,
    6: 1950,
    7: 1056,
    8: 1300,
    9: 439,
    10: 4631,
    11: 3443,
    12: 4040,
    13: 1348,
    14: 1278,
    15: 3834,
    16: 3225,
    17: 5746,
    18: 4459,
    19: 3149,
    20: 4943,
    21: 21159,
    22: 33155,
    23: 17428,
    24: 48777,
}
TEN_MINUTES_GUROBI = {
    1: 607,
    2: 828,
    3: 1001,
    4: 1716,
    5: 1143,
    6: 1950,
    7: 1056,
    8: 8995,
    9: 439,
    10: 4631,
    11: 3443,
    12: 4045,
}
TEN_MINUTES_EJECTION_CHAIN = {
    1: 607,
    2: 923,
    3: 1003,
    4: 1719,
    5: 1439,
    6: 2344,
    7: 1284,
    8: 2529,
    9: 474,
    10: 4999,
    11: 3967,
    12: 5611,
}
"""Both of the comparison's ten-minute table, instances 1 to 12."""
