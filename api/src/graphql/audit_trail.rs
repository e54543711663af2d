//! Every entry that touches something, in order.

use async_graphql::connection::{
    Connection, ConnectionNameType, DefaultEdgeName, Edge, EmptyFields,
};
use async_graphql::{Context, ID, InputObject, Object, OutputType};
use domain::rights::Operation;
use projections::trail::{self, Subject};

use super::context;
use super::entry::{self, Entry};
use super::paging::{Cursor, Page, complexity};
use super::payment::{self, filter};
use super::shape::Shape;
use super::unanswered::{Answer, Unanswered};
use crate::books::Book;

/// Whose trail is asked for: exactly one field.
#[derive(Debug, Clone, Default, InputObject)]
pub struct AuditSubject {
    /// A payment: its record, what a bank answered, its recovery, its reversal, looks at whom it was for.
    pub payment: Option<ID>,
    /// A grant: its approval, payments that name it, their recoveries and reversals.
    pub grant: Option<ID>,
    /// A fund, by id or name: its opening, what came in, what was paid, what banks answered, what was recovered
    /// or reversed.
    pub fund: Option<ID>,
    /// A store, by id or name: its opening, what came in, what was handed out.
    pub store: Option<ID>,
    /// A person by identity number: grants, payments to them, payments that cover them, recoveries, reversals,
    /// reports of their death.
    pub person_no: Option<String>,
    /// A household by the bureau's own number: grants, payments, recoveries, reversals.
    pub household_no: Option<String>,
    /// An officer: every entry made in their name.
    pub officer: Option<ID>,
    /// A document number: every entry that names it.
    pub document: Option<String>,
    /// A batch: its steps, its payments, what banks answered for them, their recoveries and reversals, looks at
    /// whom they are for.
    pub batch: Option<ID>,
}

impl AuditSubject {
    fn named(&self) -> usize {
        let ids = [&self.payment, &self.grant, &self.fund, &self.store, &self.officer, &self.batch];
        let texts = [&self.person_no, &self.household_no, &self.document];
        let ids = ids.into_iter().filter(|id| id.is_some()).count();
        ids.saturating_add(texts.into_iter().filter(|text| text.is_some()).count())
    }

    /// The subject as the read model takes it; nothing where the ledger does not know the person or
    /// household, whom no entry can touch then.
    async fn resolve(&self, book: &Book) -> Answer<Option<Subject>> {
        if self.named() != 1 {
            let message = "subject 须恰好给出一项 / a subject has exactly one field";
            return Err(Unanswered::refused("INVALID_SUBJECT", &["subject"], message));
        }
        if let Some(number) = filter::read(&self.person_no, "personNo", Shape::identity_number)? {
            return Ok(payment::person(book, &number).await?.map(Subject::Person));
        }
        if let Some(number) = filter::read(&self.household_no, "householdNo", Shape::household_no)?
        {
            return Ok(payment::household(book, &number).await?.map(Subject::Household));
        }
        self.resolve_id(book).await.map(Some)
    }

    async fn resolve_id(&self, book: &Book) -> Answer<Subject> {
        Ok(if let Some(id) = &self.payment {
            Subject::Payment(payment::id_of(book, id).await?)
        } else if let Some(id) = &self.grant {
            Subject::Grant(book.grant_id(id))
        } else if let Some(id) = &self.fund {
            Subject::Fund(book.fund(id).await?)
        } else if let Some(id) = &self.store {
            Subject::Store(book.store(id).await?)
        } else if let Some(id) = &self.batch {
            Subject::Batch(book.batch_id(id))
        } else if let Some(id) = &self.officer {
            Subject::Officer(filter::plain_officer(id).to_owned())
        } else {
            Subject::Document(self.document.as_deref().unwrap_or_default().trim().to_owned())
        })
    }
}

/// Names the connection after the question and not after its nodes.
pub struct AuditTrailConnection;

impl ConnectionNameType for AuditTrailConnection {
    fn type_name<T: OutputType>() -> String {
        "AuditTrailConnection".to_owned()
    }
}

/// A page of entries.
pub(super) type Entries =
    Connection<Cursor, Entry, EmptyFields, EmptyFields, AuditTrailConnection, DefaultEdgeName>;

/// The entries at these positions as a page, behind which more follow or not.
pub(super) async fn page(
    book: &Book,
    page: Page,
    positions: &[u64],
    more: bool,
) -> Answer<Entries> {
    let mut connection = Connection::new(page.after.is_some(), more);
    let entries = entry::page(book, positions).await?;
    let edges = entries.into_iter().map(|entry| Edge::new(Cursor(entry.position.0), entry));
    connection.edges.extend(edges);
    Ok(connection)
}

/// Questions of auditors.
#[derive(Debug, Default)]
pub struct AuditTrailQueries;

#[Object]
impl AuditTrailQueries {
    /// Every entry that touches a payment, grant, fund, store, person, household, officer, document or
    /// batch, in order of position; 20 a page unless `first` says otherwise, at most 1,000.
    #[graphql(complexity = "complexity(first, child_complexity)")]
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        ledger: ID,
        subject: AuditSubject,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Entries> {
        let book = context::book(ctx, Operation::ReadEntries, &ledger).await?;
        let page = Page::read(first, after.as_deref())?;
        let Some(subject) = subject.resolve(&book).await? else {
            return Ok(Connection::new(page.after.is_some(), false));
        };
        let trail = trail::of(book.pool(), book.id(), &subject, page.first, page.after).await?;
        self::page(&book, page, &trail.positions, trail.more).await
    }
}
