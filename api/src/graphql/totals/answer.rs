//! From the question to the answer.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::ID;
use domain::ids::FundId;
use projections::totals::{Dimension, Figures, Key, TotalsError};

use super::{Totals, TotalsDimension, TotalsFilter, TotalsRow};
use crate::books::{Book, Books, Fault};
use crate::graphql::unanswered::{Answer, Unanswered};
use crate::graphql::{fund, ledger_position};

/// Answers a question about totals. The one way in: the schema's field `totals` and the table that
/// the demo prints both come through here.
///
/// # Errors
/// `UNKNOWN_LEDGER`, `UNKNOWN_PROGRAMME`, `UNKNOWN_FUND`, `INVALID_REGION`, `INVALID_DATE` for what the filter
/// names; `AS_OF_NEEDS_ONE_LEDGER`; `AS_OF_NOT_REACHED` for a position that is not recorded yet; or a fault.
pub async fn answer(
    books: &Books,
    filter: &TotalsFilter,
    group_by: &[TotalsDimension],
) -> Answer<Totals> {
    let (asked, filter) = filter.resolve(books).await?;
    let group_by: Vec<Dimension> = group_by.iter().map(|by| (*by).into()).collect();
    let by_fund = group_by.contains(&Dimension::Fund);
    let answer =
        books.totals().answer(filter, group_by).await.map_err(|error| unanswered(&error))?;
    let names = if by_fund { fund_names(&asked).await? } else { HashMap::new() };
    let mut as_of = Vec::with_capacity(answer.as_of.len());
    for (ledger, position) in &answer.as_of {
        if let Some(book) = asked.iter().find(|book| book.id() == ledger) {
            as_of.push(ledger_position::at(book, *position).await?);
        }
    }
    Ok(Totals {
        rows: answer.rows.into_iter().map(|row| told(row.key, row.figures, &names)).collect(),
        total: told(Key::default(), answer.total, &names),
        as_of,
    })
}

fn unanswered(error: &TotalsError) -> Unanswered {
    let code = match error {
        TotalsError::AsOfNeedsOneLedger => "AS_OF_NEEDS_ONE_LEDGER",
        TotalsError::AsOfNotReached { .. } => "AS_OF_NOT_REACHED",
        TotalsError::SumTooLarge => "SUM_OUT_OF_RANGE",
        TotalsError::Projection(_) | TotalsError::Stopping => {
            return Fault::database(error).into();
        }
    };
    Unanswered::refused(code, &[], error.to_string())
}

/// The bureaus' own ids of all funds of these books.
async fn fund_names(books: &[Arc<Book>]) -> Answer<HashMap<FundId, String>> {
    let mut names = HashMap::new();
    for book in books {
        let funds = fund::by_id(book).await?;
        names.extend(funds.into_iter().map(|(id, fund)| (id, fund.code)));
    }
    Ok(names)
}

fn told(key: Key, figures: Figures, funds: &HashMap<FundId, String>) -> TotalsRow {
    // A fund that was opened this very moment has no name yet: its id in the chain says it too.
    let name = |fund: FundId| funds.get(&fund).cloned().unwrap_or_else(|| fund.to_string());
    TotalsRow {
        ledger: key.ledger.map(|ledger| ID(ledger.to_string())),
        programme: key.programme.map(|programme| ID(programme.to_string())),
        fund: key.fund.map(|fund| ID(name(fund))),
        fund_source: key.fund_source.map(Into::into),
        region: key.region.map(|region| region.to_string()),
        month: key.month.map(Into::into),
        year: key.year,
        form: key.form.map(Into::into),
        residency: key.residency.map(Into::into),
        amount: figures.amount.into(),
        payments: figures.payments,
        persons: figures.persons,
        households: figures.households,
        person_times: figures.person_times,
        unnamed_payments: figures.unnamed_payments,
    }
}
