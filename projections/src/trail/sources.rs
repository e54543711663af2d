//! Where the entries of a subject's trail are found.
//!
//! As many settlements come in as payments go out through banks. Eight links for each would make the table
//! of links the largest of all, so settlements have none: a settlement touches what its payment touches,
//! and is found by its own columns or through the payment's columns and links.

use super::{Subject, SubjectKind};
use crate::payments::RECORDED_AT;

/// Selects the positions of the entries that touch a subject, each once and in order: those after `$3`, at
/// most `$4`. `$1` is the ledger and `$2` the subject's id as text.
///
/// One statement, so that all sources are of one moment: otherwise a page could end behind an entry that
/// its source did not hold yet, and no page would show it.
pub(super) fn statement(subject: &Subject, kind: SubjectKind) -> String {
    let mut sources = vec![links(kind)];
    sources.extend(payments(subject));
    sources.extend(settlements(subject, kind));
    sources.extend(stops(subject));
    let sources: Vec<_> = sources.iter().map(Source::first_page).collect();
    // A person who receives a payment may be listed among its members too, and an approval is found by the
    // grant as well as by whose it is.
    let union = sources.join(" union ");
    format!("select position from ({union}) as found order by position limit $4")
}

/// Entries of one kind that touch a subject.
struct Source {
    /// Whose column `position` is that of the entry.
    table: char,
    /// Tables and conditions.
    from_where: String,
}

impl Source {
    fn of(table: char, from_where: impl Into<String>) -> Self {
        Self { table, from_where: from_where.into() }
    }

    /// No page takes more of one source than fill it.
    fn first_page(&self) -> String {
        let Self { table, from_where } = self;
        format!(
            "(select {table}.position from {from_where} and {table}.position > $3
              order by {table}.position limit $4)"
        )
    }
}

fn links(kind: SubjectKind) -> Source {
    let kind = kind.as_str();
    let links = "read_models.trail t where t.ledger_id = $1";
    Source::of('t', format!("{links} and t.subject_kind = '{kind}' and t.subject = $2"))
}

/// What picks out the payments, `p`, that name the subject in a column.
fn columns(subject: &Subject) -> Option<String> {
    let condition = match subject {
        Subject::Payment(_) => return Some(format!("p.position = {RECORDED_AT}")),
        Subject::Fund(_) => "p.fund = $2::uuid",
        Subject::Store(_) => "p.store = $2::uuid",
        Subject::Person(_) => "p.person = $2::uuid",
        Subject::Household(_) => "p.household = $2::uuid",
        Subject::Officer(_) => "p.officer = $2",
        Subject::Document(_) => "p.document = $2",
        // A payment that names a grant is one to its household: that has an index.
        Subject::Grant(_) => {
            "p.grant_id = $2::uuid and p.household = (select household from read_models.grants
                 where ledger_id = $1 and grant_id = $2::uuid)"
        }
        // The column of the batch has no index, and links have one.
        Subject::Batch(_) => return None,
    };
    Some(condition.to_owned())
}

/// Funds and officers are few, so there is no index for them: their payments are found by walking the
/// primary key.
fn payments(subject: &Subject) -> Option<Source> {
    let condition = columns(subject)?;
    let payments = "read_models.payments p where p.ledger_id = $1";
    Some(Source::of('p', format!("{payments} and {condition}")))
}

/// From a payment to its settlement, by the latter's index.
const SETTLEMENT: &str =
    "join read_models.settlements s on s.ledger_id = p.ledger_id and s.payment = p.payment";

fn settlements(subject: &Subject, kind: SubjectKind) -> Vec<Source> {
    let all = "read_models.settlements s where s.ledger_id = $1";
    match subject {
        Subject::Payment(_) => vec![
            Source::of('s', format!("{all} and s.payment = $2::uuid")),
            // Of what pays out again what came back.
            settled_by_link(kind),
        ],
        Subject::Officer(_) => vec![Source::of('s', format!("{all} and s.officer = $2"))],
        Subject::Fund(_) => vec![Source::of('s', format!("{all} and s.fund = $2::uuid"))],
        Subject::Batch(_) => vec![Source::of('s', format!("{all} and s.batch = $2::uuid"))],
        Subject::Household(_) | Subject::Document(_) | Subject::Grant(_) => {
            settled_by_column(subject).into_iter().collect()
        }
        Subject::Person(_) => {
            settled_by_column(subject).into_iter().chain([settled_by_link(kind)]).collect()
        }
        // No bank carries goods.
        Subject::Store(_) => Vec::new(),
    }
}

fn settled_by_column(subject: &Subject) -> Option<Source> {
    let condition = columns(subject)?;
    let payments = "read_models.payments p";
    let from_where = format!("{payments} {SETTLEMENT} where p.ledger_id = $1 and {condition}");
    Some(Source::of('s', from_where))
}

/// A link at the position of a payment's own entry says that the payment touches the subject.
fn settled_by_link(kind: SubjectKind) -> Source {
    let kind = kind.as_str();
    let from_where = format!(
        "read_models.trail t
         join read_models.payments p on p.ledger_id = t.ledger_id and p.position = t.position
         {SETTLEMENT}
         where t.ledger_id = $1 and t.subject_kind = '{kind}' and t.subject = $2"
    );
    Source::of('s', from_where)
}

/// Entries about grants of a household or a person: a stop names neither.
fn stops(subject: &Subject) -> Option<Source> {
    let column = match subject {
        Subject::Household(_) => "household",
        Subject::Person(_) => "person",
        _ => return None,
    };
    let from_where = format!(
        "read_models.grants g
         join read_models.trail t on t.ledger_id = g.ledger_id and t.subject_kind = 'grant'
             and t.subject = g.grant_id::text
         where g.ledger_id = $1 and g.{column} = $2::uuid"
    );
    Some(Source::of('t', from_where))
}
