//! `propose-batch`: the draft of a batch, made of the live grants of a programme for a month.

use clap::Args;
use domain::calendar::{Day, Month};
use domain::catalogue::Catalogue;
use domain::personal_data;
use domain::rights::Operation;
use domain::text::PlainName;
use serde_json::{Value, json};

use super::{ActingArguments, Failure, Place, close, refused, sign_in};
use crate::books::{
    Acting, BatchOutcome, Books, CommandError, LeftOut, Proposal, Receipt, RowRefusal, UserError,
};
use crate::mask;
use crate::requests::{ClientId, ProposalRequest};

/// What `propose-batch` takes.
#[derive(Debug, Args)]
pub(super) struct ProposeBatchArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    #[command(flatten)]
    acting: ActingArguments,
    /// The id of the batch, and of this draft of it.
    #[arg(long, value_name = "ID")]
    id: String,
    /// What the batch is for.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// The programme, which pays as grants: id, Chinese name or alias.
    #[arg(long, value_name = "PROGRAMME")]
    programme: String,
    /// The month that is paid for, such as 2020-07.
    #[arg(long, value_name = "MONTH")]
    month: String,
    /// The fund it is paid from, by its id or name.
    #[arg(long, value_name = "FUND")]
    fund: String,
    /// The day that it is to be paid, such as 2020-07-15.
    #[arg(long, value_name = "DAY")]
    occurred_on: String,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// A draft that stands, and what it was made of.
struct Drafted {
    proposal: Proposal,
    receipt: Receipt,
    digest: String,
    /// Whether whoever asks is told what was left out.
    tells: bool,
}

impl Drafted {
    fn left_out(&self) -> Option<&[LeftOut]> {
        self.tells.then_some(self.proposal.left_out.as_slice())
    }
}

/// What the arguments ask for.
struct Asked {
    id: ClientId,
    title: PlainName,
    question: ProposalRequest,
}

impl ProposeBatchArguments {
    fn read(&self) -> Result<Asked, Failure> {
        let usage = |option: &str, error: &dyn std::fmt::Display| {
            Failure::Usage(format!("{option}: {error}"))
        };
        let id = ClientId::parse(&self.id);
        let title = PlainName::parse(&self.title).map_err(|error| usage("--title", &error))?;
        let month = Month::parse(&self.month).map_err(|error| usage("--month", &error))?;
        let occurred_on = Day::parse(&self.occurred_on);
        let occurred_on = occurred_on.map_err(|error| usage("--occurred-on", &error))?;
        let programme = Catalogue::standard().find(&self.programme).ok_or_else(|| {
            usage("--programme", &"项目目录中没有该项目 / the catalogue has no such programme")
        })?;
        let question = ProposalRequest {
            programme: programme.id.clone(),
            month,
            fund: self.fund.clone(),
            occurred_on,
        };
        let id = id.ok_or_else(|| usage("--id", &"编号无效 / not an id"))?;
        Ok(Asked { id, title, question })
    }
}

pub(super) async fn run(place: &Place, arguments: &ProposeBatchArguments) -> Result<(), Failure> {
    let acting = arguments.acting.acting()?;
    let asked = arguments.read()?;
    let books = place.books().await?;
    let outcome = draft(&books, arguments, acting, asked).await;
    close(books).await?;
    let drafted = outcome?;
    if arguments.json {
        println!("{}", told_as_json(arguments, &drafted));
    } else {
        tell(&drafted);
    }
    Ok(())
}

async fn draft(
    books: &Books,
    arguments: &ProposeBatchArguments,
    acting: Acting,
    asked: Asked,
) -> Result<Drafted, Failure> {
    let acting = sign_in::resume(books, acting).await?;
    let book = books.book(&arguments.ledger).await.map_err(refused)?;
    // A signature proves who asks, and not before the writer took what it signed: a key that was only named is not
    // told whom the list leaves out, also where a draft stands already and nothing is signed for it.
    let by_key = acting.key.is_some();
    if by_key {
        let officer = &acting.officer;
        book.permit_signed(officer, Operation::DraftBatch, true).await.map_err(refused)?;
    } else {
        book.permit(&acting, Operation::DraftBatch).await.map_err(refused)?;
    }
    let batch = book.batch_id(asked.id.as_str());
    let proposal = book.propose(asked.question).await.map_err(refused)?;
    let outcome = book.draft_proposal(&acting, asked.id, asked.title, &proposal).await;
    let left_out = (!by_key).then_some(proposal.left_out.as_slice());
    match outcome {
        Ok(BatchOutcome::Recorded(receipt)) => {
            // That of this draft, also where another one has taken its place since.
            let standing = book.batch(batch).await?;
            let steps = standing.iter().flat_map(|batch| &batch.steps);
            let own = steps.filter(|(position, _)| *position == receipt.position);
            let digest = own.map(|(_, event)| event.digest().to_string()).next();
            let digest = digest.unwrap_or_default();
            let tells = !by_key || !receipt.already_recorded;
            Ok(Drafted { proposal, receipt, digest, tells })
        }
        Ok(BatchOutcome::Refused(lines)) => {
            let errors: Vec<UserError> = lines.into_iter().map(numbered).collect();
            Err(undrafted(arguments, left_out, &errors))
        }
        Err(CommandError::Refused(error)) => Err(undrafted(arguments, left_out, &[error])),
        Err(CommandError::Fault(fault)) => Err(fault.into()),
    }
}

/// Tells what is wrong, and which grants were left out, where that may be told: often that is why nothing is left to
/// draft.
fn undrafted(
    arguments: &ProposeBatchArguments,
    left_out: Option<&[LeftOut]>,
    errors: &[UserError],
) -> Failure {
    if arguments.json {
        let told = |error: &UserError| json!({"field": error.field, "code": error.code, "message": error.message});
        let errors: Vec<Value> = errors.iter().map(told).collect();
        let left_out = left_out.map(left_out_as_json);
        println!("{}", json!({"lines": 0, "errors": errors, "leftOut": left_out}));
    } else {
        if let Some(left_out) = left_out {
            tell_left_out(left_out);
        }
        for error in errors {
            println!("{}: {} [{}]", error.field.join("."), error.message, error.code);
        }
    }
    Failure::Refused("未制单 / nothing was drafted".to_owned())
}

/// What is wrong with a line, its number from 1 before its field.
fn numbered(refusal: RowRefusal) -> UserError {
    let RowRefusal { index, mut error } = refusal;
    error.field.insert(0, index.saturating_add(1).to_string());
    error.field.insert(0, "lines".to_owned());
    error
}

/// The client's id of a grant; the ledger's own where that is not known, or a clerk put a person's number there.
fn grant_of(left: &LeftOut) -> String {
    let own = left.client_id.clone().filter(|id| personal_data::find(id).is_none());
    own.unwrap_or_else(|| left.grant.to_string())
}

/// The bureau's own number of the household, masked where it took a person's for it.
fn household_of(left: &LeftOut) -> Option<String> {
    let number = left.household_no.as_deref()?;
    let personal = personal_data::find(number).is_some();
    Some(if personal { mask::person_no(number) } else { number.to_owned() })
}

fn left_out_as_json(left_out: &[LeftOut]) -> Value {
    let told = left_out.iter().map(|left| {
        json!({"grant": grant_of(left), "householdNo": household_of(left),
               "reason": left.reason.as_str()})
    });
    told.collect()
}

fn told_as_json(arguments: &ProposeBatchArguments, drafted: &Drafted) -> Value {
    let Drafted { proposal, receipt, digest, .. } = drafted;
    json!({"batch": arguments.id, "lines": proposal.lines(),
           "total": proposal.total.to_string(), "digest": digest, "position": receipt.position,
           "alreadyRecorded": receipt.already_recorded,
           "leftOut": drafted.left_out().map(left_out_as_json)})
}

fn tell(drafted: &Drafted) {
    let Drafted { proposal, receipt, digest, .. } = drafted;
    let (lines, total) = (proposal.lines(), proposal.total);
    println!(
        "批次制单:{lines} 笔,合计 {total} 元,尚未发放 / drafted: {lines} payments, {total} yuan in all, nothing is paid yet"
    );
    println!("digest: {digest}");
    println!("position: {}", receipt.position);
    if let Some(left_out) = drafted.left_out() {
        tell_left_out(left_out);
    }
}

fn tell_left_out(left_out: &[LeftOut]) {
    let count = left_out.len();
    println!("未列入 {count} 项待遇 / {count} live grants are left out");
    for left in left_out {
        let (grant, household) = (grant_of(left), household_of(left));
        let household = household.as_deref().unwrap_or("-");
        let english = left.reason.as_str().to_lowercase().replace('_', " ");
        println!("{grant} ({household}): {} / {english}", left.reason.name_zh());
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::GrantId;
    use uuid::Uuid;

    use super::*;
    use crate::books::LeftOutReason;

    /// Of an invented person: no register holds dates of birth from before 1900.
    const PERSON: &str = "320404180001010028";

    fn left(client_id: &str, household_no: &str) -> LeftOut {
        LeftOut {
            grant: GrantId::from_uuid(Uuid::nil()),
            client_id: Some(client_id.to_owned()),
            household_no: Some(household_no.to_owned()),
            reason: LeftOutReason::AlreadyPaid,
        }
    }

    #[test]
    fn a_grant_is_told_by_its_clients_id_and_its_household_by_its_number() {
        let left = left("g-1", "ZL-1");
        assert_eq!((grant_of(&left), household_of(&left)), ("g-1".into(), Some("ZL-1".into())));
    }

    #[test]
    fn of_a_persons_number_the_ledgers_own_id_or_a_mask_is_told() {
        let left = left(&format!("g-{PERSON}"), PERSON);
        assert_eq!(grant_of(&left), Uuid::nil().to_string());
        assert_eq!(household_of(&left), Some(mask::person_no(PERSON)));
        assert_ne!(household_of(&left).as_deref(), Some(PERSON));
    }
}
