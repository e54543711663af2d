"""Tests of what money.py makes of the answers of a bank, and of what is recovered.

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
RECORDED = fixture("PaymentRecorded.v1")
INSTRUCTED = fixture("PaymentInstructed.v1")
ADVANCED = fixture("EmergencyAdvancePaid.v1")
SETTLED = fixture("PaymentSettled.v1")
RETURNED = fixture("PaymentReturned.v1")
PARTLY = fixture("PaymentReturned.v1.partly_paid")
LATE = fixture("PaymentReturned.v1.after_settlement")
GIVEN_UP = fixture("PaymentReversed.v2")
AGAIN = fixture("PaymentReissued.v1")
REVERSED = fixture("PaymentReversed.v1", payment=INSTRUCTED["payment"], original=INSTRUCTED)
ORDERED = fixture("RecoveryOrdered.v1")
ORDERED_OF_SETTLED = fixture("RecoveryOrdered.v1.settled")
ORDERED_OF_PART = fixture("RecoveryOrdered.v1.partly_paid")
ORDERED_AGAIN = fixture("RecoveryOrdered.v1.again")
CAME_IN = fixture("RecoveryReceived.v1")
WAIVED = fixture("RecoveryWaived.v1")


class Findings(list):
    def add(self, name, found):
        self.append(f"{name}: {found}")


def sums(*amounts):
    """What arrived, was asked back, came in and was given up."""
    return dict(zip(("arrived_fen", "ordered_fen", "received_fen", "waived_fen"), amounts, strict=True))


def after(*events, paid=("PaymentInstructed v1", INSTRUCTED)):
    money = Money()
    for event, payload in [
        ("FundOpened v1", OPENED),
        ("FundsReceived v1", RECEIVED),
        paid,
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

    def test_what_was_advanced_is_on_its_way_as_what_was_released_is(self):
        counted, none = (267_800, 1, ADVANCED["recipient"]["covered_persons"]), (0, 0, 0)
        settled = ("PaymentSettled v1", SETTLED | {"original": ADVANCED})
        returned = ("PaymentReturned v1", RETURNED | {"original": ADVANCED, "returned_fen": 267_800})
        reversed_ = ("PaymentReversed v1", REVERSED | {"original": ADVANCED})
        again = ADVANCED | {"payment": AGAIN["payment"], "reissues": AGAIN["reissues"], "batch": AGAIN["batch"]}
        paid = ("EmergencyAdvancePaid v1", ADVANCED)
        for events, fund, transit, amounts in (
            ([], 732_200, 267_800, counted),
            ([settled], 732_200, 0, counted),
            ([returned], 1_000_000, 0, none),
            ([reversed_], 1_000_000, 0, none),
            ([returned, ("PaymentReissued v1", again)], 732_200, 267_800, counted),
        ):
            self.assert_books(after(*events, paid=paid), fund, transit, amounts)
        with self.assertRaises(ValueError):
            after(paid, paid=paid)

    def test_a_payment_under_a_name_that_is_not_its_own_is_found(self):
        late = ADVANCED | {"batch": {key: value for key, value in ADVANCED["batch"].items() if key != "advance"}}
        calm = ADVANCED | {"aid": ADVANCED["aid"] | {"urgency": "expenditure"}}
        returned = ("PaymentReturned v1", RETURNED)
        for events, paid in (
            ([], ("PaymentInstructed v1", ADVANCED)),
            ([], ("PaymentRecorded v1", INSTRUCTED)),
            ([], ("PaymentInstructed v1", RECORDED)),
            ([], ("EmergencyAdvancePaid v1", late)),
            ([], ("EmergencyAdvancePaid v1", calm)),
            ([], ("EmergencyAdvancePaid v1", INSTRUCTED | {"batch": INSTRUCTED["batch"] | {"advance": True}})),
            ([returned, ("PaymentInstructed v1", AGAIN)], ("PaymentInstructed v1", INSTRUCTED)),
        ):
            with self.assertRaises(ValueError, msg=[event for event, _ in [paid, *events]]):
                after(*events, paid=paid)

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

    def test_a_recovery_lowers_the_amount_by_what_came_in_and_nothing_else(self):
        persons = RECORDED["recipient"]["covered_persons"]
        recorded, instructed = ("PaymentRecorded v1", RECORDED), ("PaymentInstructed v1", INSTRUCTED)
        settled, partly = ("PaymentSettled v1", SETTLED), ("PaymentReturned v1", PARTLY)
        ordered, again = ("RecoveryOrdered v1", ORDERED), ("RecoveryOrdered v1", ORDERED_AGAIN)
        came_in, waived = ("RecoveryReceived v1", CAME_IN), ("RecoveryWaived v1", WAIVED)
        steps = [ordered, came_in, waived, again]
        rest = CAME_IN | {"amount_fen": 230_000, "before": sums(300_000, 300_000, 50_000, 20_000)}
        whole = CAME_IN | {"amount_fen": 300_000, "before": sums(300_000, 300_000, 0, 0)}
        of_settled = CAME_IN | {"original": INSTRUCTED}
        of_part = CAME_IN | {"amount_fen": 100_000, "before": sums(100_000, 100_000, 0, 0), "original": INSTRUCTED}
        again_of_part = AGAIN | {"amount_fen": 200_000, "reissues": AGAIN["reissues"] | {"rest": True}}
        all_of_it = [("RecoveryOrdered v1", ORDERED | {"amount_fen": 300_000}), ("RecoveryReceived v1", whole)]
        settled_first = [settled, ("RecoveryOrdered v1", ORDERED_OF_SETTLED), ("RecoveryReceived v1", of_settled)]
        partly_first = [partly, ("RecoveryOrdered v1", ORDERED_OF_PART), ("RecoveryReceived v1", of_part)]
        for paid, events, fund, amount in (
            (recorded, steps[:1], 700_000, 300_000),
            (recorded, steps[:2], 750_000, 250_000),
            (recorded, steps[:3], 750_000, 250_000),
            (recorded, steps, 750_000, 250_000),
            (recorded, [*steps, ("RecoveryReceived v1", rest)], 980_000, 20_000),
            (recorded, all_of_it, 1_000_000, 0),
            (instructed, settled_first, 750_000, 250_000),
            (instructed, partly_first, 1_000_000, 0),
        ):
            self.assert_books(after(*events, paid=paid), fund, 0, (amount, 1, persons))
        # What the bank gave back of it is paid out again all the same.
        money = after(*partly_first[:2], ("PaymentReissued v1", again_of_part), partly_first[2])
        self.assertEqual((money.funds[FUND], money.transit[FUND]), (800_000, 200_000))
        self.assertEqual(sorted(map(tuple, money.cells.values())), [(0, 1, persons), (200_000, 1, 0)])

    def test_a_recovery_that_cannot_follow_is_found(self):
        recorded, instructed = ("PaymentRecorded v1", RECORDED), ("PaymentInstructed v1", INSTRUCTED)
        goods = fixture("PaymentRecorded.v1.goods", payment=RECORDED["payment"])
        ordered, again = ("RecoveryOrdered v1", ORDERED), ("RecoveryOrdered v1", ORDERED_AGAIN)
        came_in, waived = ("RecoveryReceived v1", CAME_IN), ("RecoveryWaived v1", WAIVED)
        settled, partly = ("PaymentSettled v1", SETTLED), ("PaymentReturned v1", PARTLY)
        of_settled, of_part = ("RecoveryOrdered v1", ORDERED_OF_SETTLED), ("RecoveryOrdered v1", ORDERED_OF_PART)
        other = RECORDED | {"amount_fen": 300_001}
        changed = lambda step, **fields: (step[0], step[1] | fields)
        too_little_waived = {"recovering": sums(300_000, 150_000, 50_000, 0)}
        first_waived = changed(waived, before=sums(300_000, 150_000, 0, 0))
        for paid, events in (
            # From where nothing is asked back.
            (recorded, [came_in]),
            (recorded, [waived]),
            (recorded, [again]),
            (instructed, [changed(of_settled, stood="recorded")]),
            (instructed, [of_settled]),
            (instructed, [("PaymentReturned v1", RETURNED), changed(of_part, amount_fen=1)]),
            (instructed, [("PaymentReversed v1", REVERSED), of_settled]),
            (("PaymentRecorded v1", goods), [changed(ordered, original=goods, amount_fen=1)]),
            # Otherwise than it stood.
            (recorded, [ordered, ordered]),
            (recorded, [changed(ordered, stood="settled")]),
            (recorded, [changed(ordered, original=other)]),
            (recorded, [ordered, came_in, came_in]),
            (recorded, [ordered, waived]),
            (recorded, [ordered, came_in, waived, changed(again, stood=too_little_waived)]),
            (instructed, [settled, changed(of_settled, stood="recorded")]),
            (instructed, [settled, of_part]),
            (instructed, [partly, changed(of_part, stood="settled")]),
            (instructed, [partly, changed(of_part, stood={"partly_paid": {"settled_fen": 100_001}})]),
            # Too much, or nothing.
            (recorded, [changed(ordered, amount_fen=300_001)]),
            (recorded, [ordered, came_in, waived, changed(again, amount_fen=170_001)]),
            (recorded, [ordered, changed(came_in, amount_fen=150_001)]),
            (recorded, [ordered, changed(first_waived, amount_fen=150_001)]),
            (recorded, [ordered, came_in, changed(waived, amount_fen=100_001)]),
            (instructed, [partly, changed(of_part, amount_fen=100_001)]),
            (recorded, [changed(ordered, amount_fen=0)]),
            (recorded, [changed(ordered, amount_fen=0.5)]),
            (recorded, [changed(ordered, amount_fen=True)]),
            (recorded, [ordered, changed(came_in, amount_fen=0)]),
            (recorded, [ordered, changed(first_waived, amount_fen=-1)]),
            # What a recovery goes on to.
            (instructed, [settled, of_settled, ("PaymentReturned v1", LATE)]),
            (instructed, [settled, of_settled, settled]),
            (recorded, [ordered, changed(("PaymentReversed v1", REVERSED), original=RECORDED)]),
            (instructed, [partly, of_part, ("PaymentReversed v2", GIVEN_UP)]),
        ):
            with self.assertRaises(ValueError, msg=[event for event, _ in events]):
                after(*events, paid=paid)


if __name__ == "__main__":
    unittest.main()
