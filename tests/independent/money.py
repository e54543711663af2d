"""What follows from the payloads of payments and receipts: totals.csv whole, and of balances.csv the money of
funds. "Net, by day of occurrence": a reversed payment is absent from the month in which it had occurred.
"""

import collections
import csv
import io
import json
import re

from notes import require, sha256

PROGRAMME_OF_KIND = {"temporary_aid": "temporary-assistance", "goods": "charity-supermarket"}
PROGRAMME_OF_SUBSIDY = {"living": "disability-living-allowance", "nursing": "disability-nursing-subsidy"}


def payment_cell(payment):
    """The row of totals.csv in which a payment counts, and what it adds there."""
    aid = payment["aid"]
    programme = aid.get("programme") or PROGRAMME_OF_KIND.get(aid["kind"]) or PROGRAMME_OF_SUBSIDY[aid["subsidy"]]
    cell = (programme, aid.get("fund", ""), payment["recipient"]["region"], payment["occurred_on"][:7])
    return cell, (payment["amount_fen"], 1, payment["recipient"]["covered_persons"])


def digest(payment):
    """Stands for a whole payment, of which a reversal must repeat every field."""
    return sha256(json.dumps(payment).encode())


class Money:
    """Adds up payments and receipts. A reversal takes its payment out of the row in which that one counted."""

    def __init__(self):
        self.payments, self.funds = {}, collections.Counter()
        self.cells = collections.defaultdict(lambda: (0, 0, 0))

    def take(self, event, payload):
        """Counts one event; ValueError where it cannot follow from those before."""
        if event == "FundsReceived v1":
            self.funds[payload["fund"]] += payload["amount_fen"]
        elif event == "OpeningBalanceRecorded v1":
            self.funds[payload["fund"]] += payload["amount_fen"]
        elif event == "FundsTransferred v1":
            require(payload["to"] in self.funds, "goes to a fund that was never opened")
            self.funds[payload["fund"]] -= payload["amount_fen"]
            self.funds[payload["to"]] += payload["amount_fen"]
        elif event == "SurplusRemitted v1":
            self.funds[payload["fund"]] -= payload["amount_fen"]
        elif event == "FundOpened v1":
            self.funds[payload["fund"]] += 0
        elif event in ("PaymentRecorded v1", "PaymentInstructed v1"):
            require(payload["payment"] not in self.payments, "this payment was recorded before")
            self.payments[payload["payment"]] = payment_cell(payload), digest(payload)
            self.count(payment_cell(payload), 1)
        elif event == "PaymentReversed v1":
            original = self.payments.get(payload["payment"])
            require(original, "reverses a payment that does not stand")
            require(original[1] == digest(payload["original"]), "reverses another payment than was recorded")
            self.payments[payload["payment"]] = None
            self.count(original[0], -1)

    def count(self, counted, sign):
        cell, amounts = counted
        self.cells[cell] = [before + sign * amount for before, amount in zip(self.cells[cell], amounts)]
        if cell[1]:
            self.funds[cell[1]] -= sign * amounts[0]

    def check_totals(self, data, findings):
        """Every row of totals.csv follows from the payments, and none is missing. Gives the number of rows."""
        columns = ["programme", "fund", "region", "month", "amount_fen", "payments", "person_times"]
        table = read_table(data, columns, keys=4)
        expected = {cell: tuple(amounts) for cell, amounts in self.cells.items() if amounts[1]}
        compare_tables("totals.csv", expected, table, findings)
        return len(table)

    def check_balances(self, data, findings):
        """A fund's balance is what came in less what went out; the accounts of a unit sum to zero."""
        table = read_table(data, ["account", "unit", "balance"], keys=2)
        expected = {(f"fund/{fund}", "CNY"): (balance,) for fund, balance in self.funds.items() if balance}
        funds = {key: value for key, value in table.items() if key[0].startswith("fund/") and value != (0,)}
        compare_tables("balances.csv", expected, funds, findings)
        sums = collections.Counter()
        for (_, unit), (balance,) in table.items():
            sums[unit] += balance
        for unit, balance in sums.items():
            if balance:
                findings.add("balances.csv", f"the accounts in {unit} sum to {balance}, not to zero")
        return len(table)


def read_table(data, columns, keys):
    """A CSV member: the columns that name a row → its whole numbers."""
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    require(header == columns, f"the columns are {header}")
    for row in rows:
        numbers = all(re.fullmatch(r"0|-?[1-9][0-9]*", number) for number in row[keys:])
        require(len(row) == len(columns) and numbers, f"the row {row}")
    table = {tuple(row[:keys]): tuple(int(number) for number in row[keys:]) for row in rows}
    require(len(table) == len(rows), "a row is there twice")
    return table


def compare_tables(name, expected, found, findings):
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            findings.add(name, f"{','.join(key)}: the entries give {expected.get(key)}, here is {found.get(key)}")
