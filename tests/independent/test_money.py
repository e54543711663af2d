"""Tests of what money.py makes of the answers of a bank.

python3 -m unittest test_money.py        (in this directory)
"""

import csv
import io
import unittest

from money import Money
from small_bundle import fixture

OPENED = fixture("FundOpened.v1")
FUND = OPENED["fund"]
RECEIVED = fixture("FundsReceived.v1", fund=FUND, amount_fen=1_000_000)
INSTRUCTED = fixture("PaymentInstructed.v1")
SETTLED = fixture("PaymentSettled.v1")
RETURNED = fixture("PaymentReturned.v1")
PARTLY = fixture("PaymentReturned.v1.partly_paid")
LATE = fixture("PaymentReturned.v1.after_settlement")
GIVEN_UP = fixture("PaymentReversed.v2")
AGAIN = fixture("PaymentReissued.v1")
REVERSED = fixture("PaymentReversed.v1", payment=INSTRUCTED["payment"], original=INSTRUCTED)


class Findings(list):
    def add(self, name, found):
        self.append(f"{name}: {found}")


def after(*events):
    money = Money()
    for event, payload in [
        ("FundOpened v1", OPENED),
        ("FundsReceived v1", RECEIVED),
        ("PaymentInstructed v1", INSTRUCTED),
        *events,
    ]:
        money.take(event, payload)
    return money


def table(*rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


class TestMoney(unittest.TestCase):
    def assert_books(self, money, fund, transit, counted):
        """What is in the fund and on its way, and amount, payments and person-times in the payment's row."""
        (cell, amounts), _, _ = money.payments[INSTRUCTED["payment"]]
        self.assertEqual((money.funds[FUND], money.transit[FUND]), (fund, transit))
        self.assertEqual(tuple(money.cells[cell]), counted)
        findings = Findings()
        header = ["programme", "fund", "region", "month", "amount_fen", "payments", "person_times"]
        rows = [[*cell, *counted]] if any(counted) else []
        money.check_totals(table(header, *rows), findings)
        held = [("fund", fund), ("transit", transit), ("other", -fund - transit)]
        rows = [[f"{kind}/{FUND}", "CNY", held] for kind, held in held if held]
        money.check_balances(table(["account", "unit", "balance"], *rows), findings)
        self.assertEqual(findings, [])

    def test_each_answer_moves_what_it_says(self):
        persons = INSTRUCTED["recipient"]["covered_persons"]
        whole, part, none = (300_000, 1, persons), (100_000, 1, persons), (0, 0, 0)
        settled, returned = ("PaymentSettled v1", SETTLED), ("PaymentReturned v1", RETURNED)
        for events, fund, transit, counted in (
            ([], 700_000, 300_000, whole),
            ([settled], 700_000, 0, whole),
            ([returned], 1_000_000, 0, none),
            ([("PaymentReturned v1", PARTLY)], 900_000, 0, part),
            ([settled, ("PaymentReturned v1", LATE)], 1_000_000, 0, none),
            ([returned, ("PaymentReversed v2", GIVEN_UP)], 1_000_000, 0, none),
            ([("PaymentReversed v1", REVERSED)], 1_000_000, 0, none),
        ):
            self.assert_books(after(*events), fund, transit, counted)

    def test_what_came_back_is_paid_out_again_once(self):
        returned, again = ("PaymentReturned v1", RETURNED), ("PaymentReissued v1", AGAIN)
        undone = ("PaymentReversed v1", REVERSED | {"payment": AGAIN["payment"], "original": AGAIN})
        once_more = AGAIN | {"payment": AGAIN["payment"].replace("40", "4a")}
        money = after(returned, again)
        self.assertEqual((money.funds[FUND], money.transit[FUND]), (700_000, 300_000))
        money = after(returned, again, undone, ("PaymentReissued v1", once_more))
        self.assertEqual((money.funds[FUND], money.transit[FUND]), (700_000, 300_000))
        rest = AGAIN | {"amount_fen": 200_000, "reissues": AGAIN["reissues"] | {"rest": True}}
        money = after(("PaymentReturned v1", PARTLY), ("PaymentReissued v1", rest))
        persons = INSTRUCTED["recipient"]["covered_persons"]
        self.assertEqual(sorted(map(tuple, money.cells.values())), [(100_000, 1, persons), (200_000, 1, 0)])
        whole = rest | {"reissues": AGAIN["reissues"]}
        for events in (
            [again],
            [returned, again, ("PaymentReissued v1", once_more)],
            [returned, again, ("PaymentReversed v2", GIVEN_UP)],
            [returned, ("PaymentReversed v2", GIVEN_UP), again],
            [returned, ("PaymentReissued v1", AGAIN | {"amount_fen": 299_999})],
            [returned, ("PaymentReissued v1", AGAIN | {"recipient": AGAIN["recipient"] | {"region": "320404"}})],
            [returned, ("PaymentReissued v1", AGAIN | {"reissues": AGAIN["reissues"] | {"rest": True}})],
            [("PaymentReturned v1", PARTLY), ("PaymentReissued v1", whole)],
        ):
            with self.assertRaises(ValueError, msg=[event for event, _ in events]):
                after(*events)

    def test_what_cannot_follow_is_found(self):
        settled, returned = ("PaymentSettled v1", SETTLED), ("PaymentReturned v1", RETURNED)
        late, given_up = ("PaymentReturned v1", LATE), ("PaymentReversed v2", GIVEN_UP)
        reversed_ = ("PaymentReversed v1", REVERSED)
        partly = ("PaymentReturned v1", PARTLY)
        other = INSTRUCTED | {"amount_fen": 300_001}
        for events in (
            [settled, settled],
            [settled, returned],
            [late],
            [returned, returned],
            [returned, settled],
            [settled, reversed_],
            [returned, reversed_],
            [given_up],
            [partly, given_up],
            [returned, given_up, given_up],
            [reversed_, settled],
            [("PaymentSettled v1", SETTLED | {"original": other})],
            [("PaymentReturned v1", RETURNED | {"returned_fen": 299_999})],
            [("PaymentReturned v1", PARTLY | {"settled_fen": -1, "returned_fen": 300_001})],
        ):
            with self.assertRaises(ValueError, msg=[event for event, _ in events]):
                after(*events)


if __name__ == "__main__":
    unittest.main()
