"""Says what achkit finds in NACHA files: file, whether it is clean, batches, entries, totals; one line
each. Totals are those of the file control."""

import os
import sys

import achkit

for name in sys.argv[1:]:
    with open(name, encoding="utf-8", errors="replace", newline="") as file:
        text = file.read()
    try:
        clean = achkit.validate(text)["ok"]
        parsed = achkit.parse(text)
    except (achkit.AchError, ValueError):
        print(os.path.basename(name), "refused", sep="|")
        continue
    entries = sum(len(it["entries"]) for it in parsed["batches"])
    control = parsed.get("control") or {"total_debit": 0, "total_credit": 0}
    cents = [control["total_debit"], control["total_credit"]]
    totals = [f"{it // 100}.{it % 100:02}" for it in cents]
    how = "clean" if clean else "faults"
    print(os.path.basename(name), how, len(parsed["batches"]), entries, *totals, sep="|")
