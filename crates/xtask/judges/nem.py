"""Says what nemreader finds in files: file, channel, values and sum, one line each."""

import logging
import os
import sys
from decimal import Decimal

from nemreader import NEMFile

logging.disable(logging.CRITICAL)
for name in sys.argv[1:]:
    data = NEMFile(name, strict=True).nem_data()
    for nmi, channels in data.readings.items():
        for suffix, reads in channels.items():
            values = [Decimal(repr(it.read_value)) for it in reads if it.read_value is not None]
            total = format(sum(values, Decimal(0)).normalize(), "f")
            total = "0" if total == "-0" else total
            if reads:
                print(os.path.basename(name), f"{nmi}/{suffix}", len(reads), total, sep="|")
