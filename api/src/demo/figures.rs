//! The published figures beside the ledger's answers, asked with the totals query of GraphQL.

use async_graphql::Variables;
use domain::ids::OfficerId;
use domain::money::Money;
use serde_json::{Value, json};

use super::plan::LEDGER;
use super::published::{Measure, PublishedFigure, Stage, figures};
use super::table::Comparison;
use crate::books::Books;
use crate::graphql::{self, Officer};

const TOTALS: &str = "\
query Published($filter: TotalsFilter!) {
  totals(filter: $filter) { total { amount households personTimes } }
}";

/// Asks for every published figure.
///
/// # Errors
/// When a query fails or its answer is not understood.
pub async fn compare(books: &Books) -> Result<Vec<Comparison>, String> {
    let officer = Officer(OfficerId::parse("demo").map_err(|error| error.to_string())?.into());
    let schema = graphql::schema(books.clone(), officer.clone());
    let mut comparisons = Vec::new();
    for figure in figures().map_err(|error| error.to_string())? {
        let variables = Variables::from_json(json!({ "filter": filter(&figure) }));
        let response = graphql::execute(&schema, officer.clone(), TOTALS, variables).await;
        if let Some(error) = response.errors.first() {
            return Err(error.message.clone());
        }
        let data = response.data.into_json().map_err(|error| error.to_string())?;
        let total = data.pointer("/totals/total").ok_or("totals without a total")?;
        let in_ledger = read(&figure, total).ok_or("a total that cannot be read")?;
        comparisons.push(Comparison { figure, in_ledger });
    }
    Ok(comparisons)
}

fn filter(figure: &PublishedFigure) -> Value {
    let measure = match figure.stage {
        Stage::Paid => "NET",
        Stage::Received => "RECEIVED",
    };
    json!({
        "ledgers": [LEDGER],
        "programmes": [figure.programme.as_str()],
        "from": figure.from.to_string(),
        "to": figure.to.to_string(),
        "measure": measure,
    })
}

fn read(figure: &PublishedFigure, total: &Value) -> Option<i64> {
    match figure.measure {
        Measure::Amount => Money::parse_yuan(total.get("amount")?.as_str()?).ok().map(Money::fen),
        Measure::Households => total.get("households")?.as_i64(),
        Measure::PersonTimes => total.get("personTimes")?.as_i64(),
    }
}
