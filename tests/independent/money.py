"""What follows from the payloads of payments and receipts: totals.csv whole, and of balances.csv the money of
funds and what is on its way to the bank. "Net, by day of occurrence": a payment that was reversed or returned is
absent from the month in which it had occurred; of one that was partly paid the part that stayed is counted. What
came in of a recovery is taken from the amount, and the payment still counts, with its persons.
"""

import collections
import csv
import io
import json
import re

from notes import require, sha256

PROGRAMME_OF_KIND = {"temporary_aid": "temporary-assistance", "goods": "charity-supermarket"}
PROGRAMME_OF_SUBSIDY = {"living": "disability-living-allowance", "nursing": "disability-nursing-subsidy"}
# What pays somebody: recorded by itself, or by a batch that was released or, in an emergency, advanced.
PAYMENTS = ("PaymentRecorded v1", "PaymentInstructed v1", "PaymentReissued v1", "EmergencyAdvancePaid v1")
# What each step of a recovery adds to.
SUM_OF_STEP = {
    "RecoveryOrdered v1": "ordered_fen",
    "RecoveryReceived v1": "received_fen",
    "RecoveryWaived v1": "waived_fen",
}


def payment_cell(payment):
    """The row of totals.csv in which a payment counts, and what it adds there."""
    aid = payment["aid"]
    programme = aid.get("programme") or PROGRAMME_OF_KIND.get(aid["kind"]) or PROGRAMME_OF_SUBSIDY[aid["subsidy"]]
    cell = (programme, aid.get("fund", ""), payment["recipient"]["region"], payment["occurred_on"][:7])
    # What is paid out again of a payment that was partly paid covers persons who count there already.
    rest = payment.get("reissues", {}).get("rest", False)
    return cell, (payment["amount_fen"], 1, 0 if rest else payment["recipient"]["covered_persons"])


def entitled(payment, amount, rest):
    """What must be the same when a payment that came back is paid out again: all but account, day, documents, and
    what is committed to anew."""
    aid, recipient = payment["aid"], payment["recipient"]
    named = lambda kind: recipient.get(kind, {}).get("id")
    cell, _ = payment_cell(payment)
    who = [named("person"), named("household"), recipient["members"], recipient["covered_persons"]]
    where = [recipient["region"], recipient.get("residency")]
    return [amount, rest, *cell[:2], aid.get("months"), aid.get("urgency"), *who, *where]


def digest(payment):
    """Stands for a whole payment, of which a reversal must repeat every field."""
    return sha256(json.dumps(payment).encode())


def nothing_asked_back(arrived):
    return {"arrived_fen": arrived, "ordered_fen": 0, "received_fen": 0, "waived_fen": 0}


def stood(fate, sums):
    """How an event says that a payment stood of which something is asked back."""
    if fate == "partly paid":
        return {"partly_paid": {"settled_fen": sums["arrived_fen"]}}
    return {"recovering": sums} if fate == "recovering" else {"stands": "recorded", "settled": "settled"}[fate]


def require_named_rightly(event, payload):
    """A payment's name says how it leaves: by itself, by a batch, as what came back, or before its papers."""
    batch, aid = payload.get("batch"), payload["aid"]
    require((batch is not None) == (event != "PaymentRecorded v1"), "its name does not say whether a batch pays it")
    require(("reissues" in payload) == (event == "PaymentReissued v1"), "its name does not say what it pays out again")
    advanced = bool(batch and batch.get("advance"))
    require(advanced == (event == "EmergencyAdvancePaid v1"), "its name does not say that it is advanced")
    urgent = aid["kind"] == "temporary_aid" and aid["urgency"] == "urgent"
    require(urgent or not advanced, "only urgent temporary aid is advanced")


class Money:
    """Adds up payments and receipts. A reversal takes its payment out of the row in which that one counted.

    `payments` holds of each payment its cell, its digest and what became of it: `stands` where it was recorded by
    itself, `transit`, `settled`, `partly paid`, `returned`, `recovering`, `reversed`.
    """

    def __init__(self):
        self.payments, self.funds, self.transit = {}, collections.Counter(), collections.Counter()
        self.cells = collections.defaultdict(lambda: (0, 0, 0))
        # Of payments, what came back and was neither paid out again nor given up; and what pays which out again.
        self.came_back, self.again = {}, {}
        # Of payments that a bank returned or that are under recovery: what arrived, was asked back, came in, was
        # given up.
        self.recoveries = {}

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
        elif event in PAYMENTS:
            require(payload["payment"] not in self.payments, "this payment was recorded before")
            require_named_rightly(event, payload)
            cell, amounts = payment_cell(payload)
            fate = "stands" if event == "PaymentRecorded v1" else "transit"
            self.payments[payload["payment"]] = (cell, amounts), digest(payload), fate
            if event == "PaymentReissued v1":
                self.pays_out_again(payload)
            self.count(cell, amounts)
            if fate == "transit":
                self.transit[cell[1]] += amounts[0]
        elif event == "PaymentSettled v1":
            (cell, amounts), _ = self.goes_on(payload, ["transit"], "settled")
            self.transit[cell[1]] -= amounts[0]
        elif event == "PaymentReturned v1":
            settled, back = payload["settled_fen"], payload["returned_fen"]
            before = "settled" if payload["after_settlement"] else "transit"
            (cell, amounts), _ = self.goes_on(payload, [before], "partly paid" if settled else "returned")
            require(settled >= 0 and back > 0 and settled + back == amounts[0], "its parts are not the amount")
            rest = settled > 0 or payload["original"].get("reissues", {}).get("rest", False)
            self.came_back[payload["payment"]] = entitled(payload["original"], back, rest)
            self.recoveries[payload["payment"]] = nothing_asked_back(settled)
            self.count(cell, (-back, 0, 0) if settled else (-back, -amounts[1], -amounts[2]))
            if before == "transit":
                self.transit[cell[1]] -= amounts[0]
        elif event == "PaymentReversed v1":
            (cell, amounts), before = self.goes_on(payload, ["stands", "transit"], "reversed")
            self.gives_back(payload["payment"])
            self.count(cell, [-amount for amount in amounts])
            if before == "transit":
                self.transit[cell[1]] -= amounts[0]
        elif event == "PaymentReversed v2":
            # What came back as a whole is absent already, and its money in the fund.
            (_, amounts), _ = self.goes_on(payload, ["returned"], "reversed")
            require(payload["returned_fen"] == amounts[0], "says that another amount was returned")
            require(self.came_back.pop(payload["payment"], None), "what came back was paid out again")
            self.gives_back(payload["payment"])
        elif event in SUM_OF_STEP:
            self.recovers(SUM_OF_STEP[event], payload)

    def gives_back(self, payment):
        """A payment that is reversed leaves what it paid out again to be paid out once more."""
        if payment in self.again:
            returned, back = self.again.pop(payment)
            self.came_back[returned] = back

    def pays_out_again(self, payload):
        """What came back is paid out again once, to the same recipient for the same."""
        reissues = payload["reissues"]
        back = self.came_back.pop(reissues["payment"], None)
        require(back, "pays out again what did not come back, or did no more")
        require(back == entitled(payload, payload["amount_fen"], reissues["rest"]), "pays out another thing again")
        self.again[payload["payment"]] = reissues["payment"], back

    def recovers(self, which, payload):
        """Something of what arrived is asked back, or something of that comes in, into the fund that had paid it, or
        is given up. The event says how the payment stood before it."""
        first = ["stands", "settled", "partly paid"] if which == "ordered_fen" else []
        (cell, amounts), before = self.goes_on(payload, [*first, "recovering"], "recovering")
        amount, fund = payload["amount_fen"], cell[1]
        sums = self.recoveries.get(payload["payment"]) or nothing_asked_back(amounts[0])
        said = payload["stood"] if which == "ordered_fen" else {"recovering": payload["before"]}
        require(said == stood(before, sums), "the payment stood otherwise before it")
        after = self.recoveries[payload["payment"]] = sums | {which: sums[which] + amount}
        require(type(amount) is int and amount > 0, "is of nothing")
        require(fund, "goods are not recovered")
        asked_back = after["ordered_fen"] - after["waived_fen"]
        require(asked_back <= after["arrived_fen"], "asks back more than arrived")
        gone = after["received_fen"] + after["waived_fen"]
        require(gone <= after["ordered_fen"], "more came in or was given up than was asked back")
        if which == "received_fen":
            self.count(cell, (-amount, 0, 0))

    def goes_on(self, payload, before, after):
        """What became of a payment: how it counted, and what had become of it until now."""
        standing = self.payments.get(payload["payment"])
        require(standing, "is about a payment that was never recorded")
        counted, recorded, fate = standing
        require(recorded == digest(payload["original"]), "repeats another payment than was recorded")
        require(fate in before, f"{fate}: this cannot become of it")
        self.payments[payload["payment"]] = counted, recorded, after
        return counted, fate

    def count(self, cell, amounts):
        self.cells[cell] = [before + amount for before, amount in zip(self.cells[cell], amounts)]
        if cell[1]:
            self.funds[cell[1]] -= amounts[0]

    def check_totals(self, data, findings):
        """Every row of totals.csv follows from the payments, and none is missing. Gives the number of rows."""
        columns = ["programme", "fund", "region", "month", "amount_fen", "payments", "person_times"]
        table = read_table(data, columns, keys=4)
        expected = {cell: tuple(amounts) for cell, amounts in self.cells.items() if any(amounts)}
        compare_tables("totals.csv", expected, table, findings)
        return len(table)

    def check_balances(self, data, findings):
        """A fund's balance is what came in less what went out, what is on its way is what no bank has answered
        for, and the accounts of a unit sum to zero."""
        table = read_table(data, ["account", "unit", "balance"], keys=2)
        kinds = {"fund": self.funds, "transit": self.transit}
        expected = {
            (f"{kind}/{fund}", "CNY"): (balance,)
            for kind, balances in kinds.items()
            for fund, balance in balances.items()
            if balance
        }
        is_known = lambda account: account.split("/")[0] in kinds
        funds = {key: value for key, value in table.items() if is_known(key[0]) and value != (0,)}
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
