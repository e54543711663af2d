//! The columns of a bank's file of results, by their English and Chinese names.

use crate::list_file::columns;

columns! {
    /// A column of a bank's file of results.
    Column {
        /// The id under which the payment was sent to the bank: the sender's own.
        PaymentId "payment_id" "流水号",
        /// What became of it.
        Result "result" "结果",
        /// Yuan; of a payment that was partly credited that part, else the whole.
        Amount "amount" "金额",
        /// Why it came back.
        Reason "reason" "原因",
        /// The day on which it was credited or came back.
        OccurredOn "occurred_on" "日期",
    }
}

impl Column {
    /// Whether its values may be about a person: a reason that is none of our words is a bank's own text.
    const fn is_personal(self) -> bool {
        matches!(self, Self::Reason)
    }
}
