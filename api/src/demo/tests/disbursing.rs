//! What a bank answers, and what follows, in the books kept by hand.

use std::collections::BTreeMap;

use domain::bank_results::BankOutcome;
use domain::vocabulary::Channel;

use super::books::{Books, fund_of, in_plan, programme_of};
use crate::demo::plan::{Disbursement, LONGEST_BATCH, PaidBatch, Recovery};
use crate::requests::{AidRequest, PaymentRequest, ReversePaymentRequest};

/// A payment that is on its way, was credited, or came back: what of it, in fen.
struct Moved {
    payment: PaymentRequest,
    fen: i64,
    /// Whether its persons are not counted yet.
    first: bool,
}

type Payments = BTreeMap<String, Moved>;

/// What stands of the payments of one disbursement.
#[derive(Default)]
struct Stands {
    in_transit: Payments,
    came_back: Payments,
    credited: Payments,
}

fn spelled(aid: &AidRequest) -> String {
    format!("{aid:?}")
}

impl Books {
    pub(super) fn disburse(&mut self, disbursement: Disbursement) {
        let mut stands = Stands::default();
        let Disbursement { batch, given_up, again, recoveries } = disbursement;
        self.pay_out(batch, &mut stands);
        for reversal in given_up {
            let moved = stands.came_back.remove(reversal.payment.as_str()).expect("came back");
            assert!(moved.first);
            self.reverse(&reversal, &moved.payment);
        }
        if let Some(again) = again {
            self.pay_out(again, &mut stands);
        }
        assert!(stands.came_back.is_empty() && stands.in_transit.is_empty());
        for recovery in recoveries {
            self.recover(recovery, &stands.credited);
        }
    }

    fn pay_out(&mut self, batch: PaidBatch, stands: &mut Stands) {
        let PaidBatch { draft, taken_back, results } = batch;
        self.new_id("batch", draft.batch.as_str());
        self.new_id("batch-step", draft.id.as_str());
        self.new_id("bank-results", &results.file.to_string());
        assert!((1..=LONGEST_BATCH).contains(&draft.rows.len()));
        for payment in draft.rows {
            assert_eq!(payment.payout.channel, Some(Channel::Bank));
            let (fen, first) = match &payment.reissues {
                None => (self.pay(&payment), true),
                Some(returned) => {
                    let came_back = stands.came_back.remove(returned.as_str()).expect("came back");
                    self.pay_again(&payment, &came_back)
                }
            };
            let id = payment.id.as_str().to_owned();
            stands.in_transit.insert(id, Moved { payment, fen, first });
        }
        for reversal in taken_back {
            let moved = stands.in_transit.remove(reversal.payment.as_str()).expect("on its way");
            *self.balance(&moved.payment) += moved.fen;
            self.reverse(&reversal, &moved.payment);
        }
        for line in results.lines {
            let moved = stands.in_transit.remove(line.payment.as_str()).expect("on its way");
            assert!(in_plan(line.occurred_on) && line.occurred_on >= moved.payment.occurred_on);
            self.answer_line(moved, line.outcome, stands);
        }
    }

    fn answer_line(&mut self, moved: Moved, outcome: BankOutcome, stands: &mut Stands) {
        let Moved { payment, fen, first } = moved;
        let id = payment.id.as_str().to_owned();
        let settled = match outcome {
            BankOutcome::Settled { amount_fen } => {
                assert_eq!(amount_fen, payment.amount);
                fen
            }
            BankOutcome::Returned { amount_fen, .. } => {
                assert_eq!(amount_fen, payment.amount);
                self.returned += 1;
                0
            }
            BankOutcome::PartlyPaid { settled_fen, .. } => {
                assert!(settled_fen.is_positive() && settled_fen.fen() < fen);
                self.partly_paid += 1;
                settled_fen.fen()
            }
        };
        *self.balance(&payment) += fen - settled;
        if settled > 0 {
            self.arrive(&payment, settled, first);
        }
        if settled < fen {
            let first = first && settled == 0;
            let rest = Moved { payment, fen: fen - settled, first };
            stands.came_back.insert(id, rest);
        } else {
            stands.credited.insert(id, Moved { payment, fen, first });
        }
    }

    /// The same to the same recipient, all of what came back.
    fn pay_again(&mut self, payment: &PaymentRequest, came_back: &Moved) -> (i64, bool) {
        let Moved { payment: returned, fen, first } = came_back;
        assert_eq!(spelled(&payment.aid), spelled(&returned.aid));
        assert_eq!(format!("{:?}", payment.recipient), format!("{:?}", returned.recipient));
        assert!(payment.occurred_on >= returned.occurred_on);
        assert_eq!(payment.occurred_on.month(), returned.occurred_on.month());
        let other_account = payment.payout.account_no != returned.payout.account_no;
        assert_eq!(other_account, *first, "a wrong account gives back the whole");
        let paid = self.leave_fund(payment);
        assert_eq!(paid, *fen);
        self.reissued += 1;
        (paid, *first)
    }

    fn reverse(&mut self, reversal: &ReversePaymentRequest, payment: &PaymentRequest) {
        self.new_id("reversal", reversal.id.as_str());
        assert!(in_plan(reversal.occurred_on) && reversal.occurred_on >= payment.occurred_on);
        self.claim(payment, programme_of(&payment.aid), false);
        self.reversed += 1;
    }

    fn recover(&mut self, recovery: Recovery, credited: &Payments) {
        let Recovery { order, receipts, waiver } = recovery;
        let Moved { payment, fen, .. } = &credited[order.payment.as_str()];
        self.new_id("recovery", order.id.as_str());
        assert!(order.occurred_on > payment.occurred_on && order.amount.fen() <= *fen);
        self.orders += 1;
        let mut outstanding = order.amount.fen();
        for receipt in &receipts {
            self.new_id("recovery-receipt", receipt.id.as_str());
            assert_eq!(receipt.payment, order.payment);
            assert!(in_plan(receipt.occurred_on) && receipt.occurred_on > order.occurred_on);
            outstanding -= receipt.amount.fen();
            *self.balance(payment) += receipt.amount.fen();
            *self.paid.get_mut(programme_of(&payment.aid)).unwrap() -= receipt.amount.fen();
            self.recovered += receipt.amount.fen();
        }
        assert_eq!(receipts.len(), 2);
        if let Some(waiver) = waiver {
            self.new_id("waiver", waiver.id.as_str());
            assert!(waiver.payment == order.payment && in_plan(waiver.occurred_on));
            outstanding -= waiver.amount.fen();
            self.waived += waiver.amount.fen();
            self.waivers += 1;
        }
        assert_eq!(outstanding, 0);
    }

    fn balance(&mut self, payment: &PaymentRequest) -> &mut i64 {
        self.balances.get_mut(fund_of(&payment.aid).unwrap()).unwrap()
    }
}
