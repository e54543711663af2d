//! The file that the bank sends back, line by line.

use domain::bank_results::BankOutcome;
use domain::calendar::Day;
use domain::vocabulary::ReturnReason;
use ledger::hash;

use crate::requests::{BankAnswerRequest, BankResultsRequest, ClientId};

/// A file in the making: its text as a bank would write it, because the ledger knows a file by its bytes, and
/// what the text says.
pub(super) struct BankFile {
    text: String,
    lines: Vec<BankAnswerRequest>,
}

impl Default for BankFile {
    fn default() -> Self {
        let text = "payment_id,result,amount,reason,occurred_on\n".to_owned();
        Self { text, lines: Vec::new() }
    }
}

impl BankFile {
    /// Says of one more payment what became of it.
    pub(super) fn answer(&mut self, payment: &ClientId, occurred_on: Day, outcome: BankOutcome) {
        let (result, amount, reason) = match outcome {
            BankOutcome::Settled { amount_fen } => ("settled", amount_fen, None),
            BankOutcome::Returned { amount_fen, reason } => ("returned", amount_fen, Some(reason)),
            BankOutcome::PartlyPaid { settled_fen, reason } => {
                ("partly-paid", Some(settled_fen), Some(reason))
            }
        };
        let amount = amount.map(|amount| amount.to_string()).unwrap_or_default();
        let reason = reason.map(ReturnReason::as_str).unwrap_or_default().replace('_', "-");
        let id = payment.as_str();
        self.text.push_str(&format!("{id},{result},{amount},{reason},{occurred_on}\n"));
        // The first row is the header.
        let row = u64::try_from(self.lines.len()).unwrap_or(u64::MAX).saturating_add(2);
        let payment = payment.clone();
        self.lines.push(BankAnswerRequest { row, payment, occurred_on, outcome });
    }

    /// Asks to record it.
    pub(super) fn request(self) -> BankResultsRequest {
        BankResultsRequest { file: hash::plain(self.text.as_bytes()), lines: self.lines }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::money::Money;

    use super::*;
    use crate::bank_results_list;

    #[test]
    fn what_is_asked_is_what_the_text_says() {
        let day = Day::parse("2020-06-28").unwrap();
        let money = |fen| Money::from_fen(fen).unwrap();
        let mut file = BankFile::default();
        for (id, outcome) in [
            ("a", BankOutcome::Settled { amount_fen: Some(money(33_500)) }),
            (
                "b",
                BankOutcome::Returned {
                    amount_fen: Some(money(100)),
                    reason: ReturnReason::NameDiffers,
                },
            ),
            (
                "c",
                BankOutcome::PartlyPaid {
                    settled_fen: money(50),
                    reason: ReturnReason::CardClassRefused,
                },
            ),
        ] {
            file.answer(&ClientId::parse(id).unwrap(), day, outcome);
        }
        let read = bank_results_list::read(file.text.as_bytes()).unwrap();
        assert_eq!(format!("{:?}", read.request), format!("{:?}", file.request()));
    }
}
