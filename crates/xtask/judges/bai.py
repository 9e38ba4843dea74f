"""Says what bai2 finds in statements: file, account, currency, transactions, credits, debits and
control total in the smallest unit; one line for each account."""

import os
import sys

from bai2 import bai2

for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        statement = bai2.parse_from_file(file)
    for group in statement.children:
        for account in group.children:
            sums = {"credit": 0, "debit": 0}
            for it in account.children:
                way = it.type_code.transaction
                if way is not None and way.value in sums:
                    sums[way.value] += it.amount or 0
            print(
                os.path.basename(name),
                account.header.customer_account_number,
                account.header.currency or group.header.currency,
                len(account.children),
                sums["credit"],
                sums["debit"],
                account.trailer.account_control_total,
                sep="|",
            )
