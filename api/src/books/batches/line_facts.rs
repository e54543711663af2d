//! What the lines of a list rest on: what any payment does, and the payments that came back and are paid out again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::ids::PaymentId;
use domain::payment::{Payment, PaymentFacts, RecordPayment};
use projections::payments;

use crate::books::facts::Facts;
use crate::books::{Book, Fault};

/// Held while the lines are decided.
pub(super) struct FactsOfLines {
    facts: Facts,
    returned: BTreeMap<PaymentId, Arc<Payment>>,
}

impl FactsOfLines {
    /// The facts of one of the lines.
    pub(super) fn of(&self, line: &RecordPayment) -> PaymentFacts {
        let reissued = line.reissues.and_then(|id| self.returned.get(&id).cloned());
        PaymentFacts { reissued, ..self.facts.of(&line.aid) }
    }
}

impl Book {
    /// Those of these payments whose money was paid out again already, as far as the read models have come.
    pub(super) async fn paid_out_again(
        &self,
        returned: &[PaymentId],
    ) -> Result<BTreeSet<PaymentId>, Fault> {
        if returned.is_empty() {
            return Ok(BTreeSet::new());
        }
        let found = payments::paid_out_again(&self.pool, &self.id, returned).await?;
        Ok(found.into_iter().collect())
    }

    pub(super) async fn facts_of_lines(
        &self,
        lines: &[RecordPayment],
    ) -> Result<FactsOfLines, Fault> {
        let facts = self.facts.of(self, lines.iter().map(|line| &line.aid)).await?;
        let returned: Vec<PaymentId> = lines.iter().filter_map(|line| line.reissues).collect();
        // Most lists have none.
        let streams = match returned.is_empty() {
            true => BTreeMap::new(),
            false => self.payment_streams(&returned).await?,
        };
        let returned = streams.into_iter().map(|(id, stream)| (id, Arc::new(stream.state)));
        Ok(FactsOfLines { facts, returned: returned.collect() })
    }
}
