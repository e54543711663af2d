//! The lines of a batch: what a reviewer checks and an approver confirms.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::{
    Connection, ConnectionNameType, DefaultEdgeName, Edge, EmptyFields,
};
use async_graphql::{ComplexObject, Context, ID, OutputType, SimpleObject};
use domain::ids::{AccountId, FundId, HouseholdId, PersonId};
use domain::payment::RecordPayment;
use domain::rights::Operation;
use ledger::hash;
use people::{Account, Household, Opened, Person, PrivateDetails};

use super::{Batch, awaits};
use crate::books::{Book, DraftedList};
use crate::graphql::context;
use crate::graphql::fund::{self, Fund};
use crate::graphql::paging::{Cursor, Page, complexity};
use crate::graphql::payment::{known, open};
use crate::graphql::programme::Programme;
use crate::graphql::scalars::{Date, Hash, Money, YearMonth};
use crate::graphql::shown::Shown;
use crate::graphql::unanswered::{Answer, Unanswered};
use crate::graphql::vocabulary::{Channel, Residency};

/// A payment as the list of a batch has it.
#[derive(Debug, Clone, SimpleObject)]
pub struct BatchLine {
    /// Which line, from 1.
    pub number: u32,
    /// The id that its sender gave it; the id in the chain once the recipient was forgotten, and where
    /// persons are masked and it holds a person's number.
    pub payment: ID,
    /// The programme it is paid under.
    pub programme: Programme,
    /// The fund it is paid from.
    pub fund: Option<Fund>,
    /// How much.
    pub amount: Option<Money>,
    /// The bureau's own number of the household; null once it was forgotten. Masked like `personNo` only
    /// where it holds a person's number.
    pub household_no: Option<String>,
    /// Name of the person as this line spells it; null once they were forgotten. Masked where the ledger
    /// requires officers: its first character and two asterisks. `disclosePersonalData` tells it whole.
    pub person_name: Option<String>,
    /// Identity number of the person; null once they were forgotten. Masked where the ledger requires officers:
    /// its first six characters and its last.
    pub person_no: Option<String>,
    /// How many persons it covers (人次).
    pub covered_persons: u32,
    /// The first month that it pays for; none for a single payment.
    pub entitlement_month: Option<YearMonth>,
    /// The last month that it pays for, included.
    pub entitlement_to: Option<YearMonth>,
    /// The day of the payment.
    pub occurred_on: Date,
    /// Region code.
    pub region: String,
    /// Urban or rural, where it was said.
    pub residency: Option<Residency>,
    /// Whose account it goes to, as this line spells it. Masked like `personName`.
    pub payee_name: Option<String>,
    /// In what way it reaches the recipient.
    pub channel: Channel,
    /// Number of the account that it goes to, read by the id in `text`; null without one, or once it was
    /// forgotten. Masked where the ledger requires officers: its last four digits.
    pub account_no: Option<String>,
    /// Voucher or document number.
    pub document: Option<String>,
    /// The payment that a bank returned and this line pays out again, by the id of its stream, under which
    /// `payment` finds it; null where it pays for the first time.
    pub reissues: Option<ID>,
    /// The very bytes that the digest is made over: ids and commitments, no names.
    pub text: String,
    /// SHA-256 of a zero byte and `text`.
    pub leaf_hash: Hash,
}

/// That one line belongs to the list of a batch; nothing is told of the others.
#[derive(Debug, Clone, SimpleObject)]
pub struct BatchLineProof {
    /// The line.
    pub line: BatchLine,
    /// The first leaf of the tree: batch, number of lines, sum in fen.
    pub head: String,
    /// How many leaves the tree has: the head and each line.
    pub size: u32,
    /// The audit path of RFC 6962 section 2.1.1 for the leaf at `line.number`, its neighbour first.
    pub path: Vec<Hash>,
    /// The root: the digest that stands in the chain.
    pub digest: Hash,
}

/// Names the connection after the question and not after its nodes.
pub struct BatchLineConnection;

impl ConnectionNameType for BatchLineConnection {
    fn type_name<T: OutputType>() -> String {
        "BatchLineConnection".to_owned()
    }
}

type Lines =
    Connection<Cursor, BatchLine, EmptyFields, EmptyFields, BatchLineConnection, DefaultEdgeName>;

#[ComplexObject]
impl Batch {
    /// For how many of its payments no bank has answered yet; null before they were made.
    #[graphql(complexity = 50)]
    async fn unanswered(&self, ctx: &Context<'_>) -> Answer<Option<u32>> {
        let Some(waits) = awaits(&self.history.batch) else { return Ok(None) };
        if !waits {
            return Ok(Some(0));
        }
        let book = context::open_book(ctx, self.history.ledger.as_str()).await?;
        let counted = self.page.counted(&book).await?;
        Ok(Some(counted.get(&self.history.batch.id).copied().unwrap_or_default()))
    }

    /// The lines of the list, in order; 20 a page unless `first` says otherwise, at most 1,000. They were held
    /// to `digest` before the first was told.
    #[graphql(complexity = "complexity(first, child_complexity).saturating_add(2_000)")]
    async fn list(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Lines> {
        let book = self.book(ctx).await?;
        let page = Page::read(first, after.as_deref())?;
        let list = self.kept(&book).await?;
        let from = page.after.unwrap_or(0);
        let to = from.saturating_add(u64::from(page.first));
        let count = u64::try_from(list.lines.len()).unwrap_or(u64::MAX);
        let mut connection = Connection::new(from > 0, to < count);
        if from >= count {
            return Ok(connection);
        }
        let shown = self.shown(&book).await?;
        for line in lines(&book, list, from, to, shown).await? {
            connection.edges.push(Edge::new(Cursor(u64::from(line.number)), line));
        }
        Ok(connection)
    }

    /// Proves that one line, counted from 1, belongs to the list, without the others; null for a number that
    /// is no line's.
    #[graphql(complexity = "2_000usize.saturating_add(child_complexity)")]
    async fn line_proof(&self, ctx: &Context<'_>, number: u32) -> Answer<Option<BatchLineProof>> {
        let book = self.book(ctx).await?;
        let list = self.kept(&book).await?;
        let to = u64::from(number);
        let Some(path) = list.prove(to) else { return Ok(None) };
        let shown = self.shown(&book).await?;
        let line = lines(&book, list, to.saturating_sub(1), to, shown).await?.pop();
        let line =
            line.ok_or_else(|| Unanswered::damaged("a line that is proven and not there"))?;
        let head = String::from_utf8(list.head());
        Ok(Some(BatchLineProof {
            line,
            head: head.map_err(|_| Unanswered::damaged("the head of a list is no text"))?,
            size: self.lines.saturating_add(1),
            path: path.into_iter().map(Hash).collect(),
            digest: self.digest,
        }))
    }
}

impl Batch {
    /// The books, for whoever may see payments; whoever was shown these lines by a look was asked before.
    async fn book(&self, ctx: &Context<'_>) -> Answer<Arc<Book>> {
        let ledger = self.history.ledger.as_str();
        if self.disclosed {
            return context::open_book(ctx, ledger).await;
        }
        context::book(ctx, Operation::ReadPayments, ledger).await
    }

    /// The list, held to its digest: read once, however many pages and proofs of it a request asks for.
    async fn kept(&self, book: &Book) -> Answer<&DraftedList> {
        let read = || async {
            let list = book.list_of(&self.history.batch).await?;
            list.ok_or_else(|| Unanswered::damaged("a batch without a list"))
        };
        self.history.list.get_or_try_init(read).await
    }

    /// How the persons of its lines are shown.
    async fn shown(&self, book: &Book) -> Answer<Shown> {
        if self.disclosed { Ok(Shown::Whole) } else { Ok(Shown::of(book).await?) }
    }
}

/// What stands beside the lines of a page.
struct Beside {
    shown: Shown,
    funds: HashMap<FundId, projections::funds::Fund>,
    persons: HashMap<PersonId, Opened<Person>>,
    households: HashMap<HouseholdId, Opened<Household>>,
    accounts: HashMap<AccountId, Opened<Account>>,
}

/// The lines after one number up to another.
async fn lines(
    book: &Book,
    list: &DraftedList,
    from: u64,
    to: u64,
    shown: Shown,
) -> Answer<Vec<BatchLine>> {
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (skip, take) = (place(from), place(to.saturating_sub(from)));
    let details = book.details_of_lines(list, skip, take).await?;
    let page: Vec<_> = list.lines.iter().skip(skip).take(take).zip(&details).collect();
    let persons: Vec<PersonId> =
        page.iter().filter_map(|(line, _)| line.recipient.person_id()).collect();
    let households: Vec<HouseholdId> =
        page.iter().filter_map(|(line, _)| line.recipient.household_id()).collect();
    let accounts: Vec<AccountId> =
        page.iter().filter_map(|(line, _)| Some(line.payout.account?.id)).collect();
    let beside = Beside {
        shown,
        funds: fund::by_id(book).await?,
        persons: open(book, book.people().persons(), &persons).await?,
        households: open(book, book.people().households(), &households).await?,
        accounts: open(book, book.people().accounts(), &accounts).await?,
    };
    let first = u32::try_from(from).unwrap_or(u32::MAX).saturating_add(1);
    let numbered = (first..).zip(page);
    numbered.map(|(number, (line, details))| line_of(number, line, details, &beside)).collect()
}

fn line_of(
    number: u32,
    line: &RecordPayment,
    details: &PrivateDetails,
    beside: &Beside,
) -> Answer<BatchLine> {
    let recipient = &line.recipient;
    let (person, household) = (recipient.person_id(), recipient.household_id());
    let person = known(person, person.and_then(|id| beside.persons.get(&id)))?;
    let household = known(household, household.and_then(|id| beside.households.get(&id)))?;
    let account = line.payout.account.map(|account| account.id);
    let account = known(account, account.and_then(|id| beside.accounts.get(&id)))?;
    let shown = beside.shown;
    let own = details.client_id.clone().filter(|id| shown.tells(id));
    let name = details.person_name.as_deref().or_else(|| person.and_then(|known| known.name()));
    let payee = details.payee_name.as_ref();
    let fund = line.aid.fund();
    let months = line.aid.months();
    let bytes = line.line();
    Ok(BatchLine {
        number,
        payment: ID(own.unwrap_or_else(|| line.payment.to_string())),
        programme: Programme::recorded(line.aid.programme())?,
        fund: fund.and_then(|fund| beside.funds.get(&fund)).cloned().map(Into::into),
        amount: line.amount.map(Into::into),
        household_no: household.map(|known| shown.household_no(known.number()).into_owned()),
        person_name: name.map(|name| shown.name(name).into_owned()),
        person_no: person.map(|known| shown.person_no(known.number()).into_owned()),
        covered_persons: recipient.covered_persons,
        entitlement_month: months.map(|months| months.from().into()),
        entitlement_to: months.map(|months| months.to().into()),
        occurred_on: line.occurred_on.into(),
        region: recipient.region.as_str().to_owned(),
        residency: recipient.residency.map(Into::into),
        payee_name: payee.map(|name| shown.name(name.text()).into_owned()),
        channel: line.payout.channel.into(),
        account_no: account.map(|known| shown.account_no(known.number()).into_owned()),
        document: line.payout.document.as_ref().map(|document| document.as_str().to_owned()),
        leaf_hash: Hash(hash::leaf(&bytes)),
        reissues: line.reissues.map(|returned| ID(returned.to_string())),
        text: String::from_utf8(bytes).map_err(|_| Unanswered::damaged("a line is no text"))?,
    })
}
