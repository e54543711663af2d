//! From one row to what the bank says of one payment.

use domain::bank_results::BankOutcome;
use domain::money::Money;
use domain::vocabulary::ReturnReason;

use super::Row;
use super::column::Column;
use crate::list_file::{Rule, values};
use crate::requests::BankAnswerRequest;

/// What a line may say.
#[derive(Clone, Copy)]
enum Word {
    Settled,
    Returned,
    PartlyPaid,
}

/// The English word, then every Chinese one that banks use for it.
const WORDS: &[(&str, Word)] = &[
    ("settled", Word::Settled),
    ("成功", Word::Settled),
    ("入账", Word::Settled),
    ("returned", Word::Returned),
    ("退回", Word::Returned),
    ("失败", Word::Returned),
    ("partly-paid", Word::PartlyPaid),
    ("部分成功", Word::PartlyPaid),
];

/// Reads the row to its end, whatever is wrong in it; `None` where anything is.
pub(super) fn line(row: &mut Row<'_>) -> Option<BankAnswerRequest> {
    let payment = row.required(Column::PaymentId, values::client_id);
    let word = row.required(Column::Result, word);
    let outcome = outcome(row, word);
    let occurred_on = row.required(Column::OccurredOn, values::day);
    let (payment, outcome, occurred_on) = (payment?, outcome?, occurred_on?);
    row.is_good().then(|| BankAnswerRequest { row: row.number(), payment, occurred_on, outcome })
}

/// Reads amount and reason, of which a result needs some and forbids others. Both are held to their form
/// also where the result itself cannot be read.
fn outcome(row: &mut Row<'_>, word: Option<Word>) -> Option<BankOutcome> {
    match word {
        Some(Word::Settled) => {
            let amount_fen = amount(row);
            // A reason for nothing: one of the two is a slip, and only the bank knows which.
            row.forbid(Column::Reason, Rule::NotForResult { result: "成功 (settled)" });
            Some(BankOutcome::Settled { amount_fen })
        }
        Some(Word::Returned) => {
            let amount_fen = amount(row);
            let reason = row.required(Column::Reason, reason);
            Some(BankOutcome::Returned { amount_fen, reason: reason? })
        }
        Some(Word::PartlyPaid) => {
            let settled_fen = row.required(Column::Amount, values::amount);
            let reason = row.required(Column::Reason, reason);
            Some(BankOutcome::PartlyPaid { settled_fen: settled_fen?, reason: reason? })
        }
        None => {
            amount(row);
            row.optional(Column::Reason, reason);
            None
        }
    }
}

fn amount(row: &mut Row<'_>) -> Option<Money> {
    row.optional(Column::Amount, values::amount)
}

fn word(text: &str) -> Result<Word, Rule> {
    let words = "settled/成功/入账, returned/退回/失败, partly-paid/部分成功";
    let found = WORDS.iter().find(|(word, _)| *word == text);
    found.map(|(_, word)| *word).ok_or(Rule::UnknownWord { words })
}

/// Every word of [`ReturnReason`], as a clerk is told them.
pub(super) const REASONS: &str = "name-differs/户名账号不符, account-closed/账户已销户, \
    account-frozen/账户冻结, card-class-refused/卡种不支持, holder-dead/持卡人死亡, \
    wrong-bank/开户行有误, rejected-by-bank/银行退回";

fn reason(text: &str) -> Result<ReturnReason, Rule> {
    ReturnReason::parse_listed(text).ok_or(Rule::UnknownWord { words: REASONS })
}
