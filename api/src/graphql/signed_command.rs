//! `submitSignedCommand`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use people::{CommittedText, PrivateDetails};

use super::command::read_input;
use super::receipt::Receipt;
use super::scalars::Hash;
use super::shape::{Place, Shape};
use super::unanswered::Answer;
use super::user_error::UserError;
use crate::books::{CommandError, SignedRequest};

/// A text that the command commits to, with the random bytes that the commitment was made with.
#[derive(Debug, InputObject)]
pub struct CommittedTextInput {
    /// The text.
    pub text: String,
    /// The 32 random bytes: 64 lower-case hex digits.
    pub random: Hash,
}

/// What a command leaves out because it must not stand in the chain. It is kept encrypted beside it.
#[derive(Debug, InputObject)]
pub struct BesideInput {
    /// The client's own id, whose exchanged id the command holds.
    pub id: Option<ID>,
    /// The client's own id of the batch that a command drafts. What lies beside the draft comes first, then
    /// what lies beside each of its lines.
    pub batch_id: Option<ID>,
    /// The recipient's name as this payment spells it.
    pub person_name: Option<String>,
    /// The account holder's name, where the command commits to it (kind `payee`).
    pub payee_name: Option<CommittedTextInput>,
    /// The account number as this payment spells it.
    pub account_no: Option<String>,
    /// Why temporary aid is given, where the command commits to it (kind `cause`).
    pub cause: Option<CommittedTextInput>,
    /// Number of the disability certificate, where the command commits to it (kind `certificate`).
    pub certificate: Option<CommittedTextInput>,
    /// Why a payment is reversed, a recovery ordered or waived, a batch given back or given up, a month to be
    /// opened again, or personal data looked at (kind `reason`).
    pub reason: Option<CommittedTextInput>,
    /// Who gave goods (kind `donor`).
    pub donor: Option<CommittedTextInput>,
    /// The name of an officer who is enrolled (kind `officer`).
    pub officer_name: Option<CommittedTextInput>,
    /// The SHA-256 of a bank's file of results as 64 lower-case hex digits (kind `file`). It is the client's
    /// own id of the file, too.
    pub file: Option<CommittedTextInput>,
    /// A free note.
    pub note: Option<String>,
}

/// A command that an officer signed.
#[derive(Debug, InputObject)]
pub struct SubmitSignedCommandInput {
    /// The ledger that it was signed for.
    pub ledger: ID,
    /// The DSSE envelope, to the byte.
    pub envelope: String,
    /// What lies beside it, for each command of a list in its order.
    pub beside: Option<Vec<BesideInput>>,
}

/// What became of it.
#[derive(Debug, SimpleObject)]
pub struct SubmitSignedCommandPayload {
    /// The proof that it was recorded, for a list that of its first payment; null if it was refused.
    pub receipt: Option<Receipt>,
    /// The proofs, one for each command of a list in its order.
    pub receipts: Vec<Receipt>,
    /// Why it was refused.
    pub user_errors: Vec<UserError>,
}

impl BesideInput {
    fn read(&self, shape: &mut Shape, at: &Place) -> Option<PrivateDetails> {
        let id = self.id.as_ref().map(|id| id.as_str());
        let id = shape.optional_text(&at.field("id"), id, Shape::client_id);
        let batch_id = self.batch_id.as_ref().map(|id| id.as_str());
        let batch_id = shape.optional_text(&at.field("batchId"), batch_id, Shape::client_id);
        let mut plain = |field: &str, text: Option<&String>| {
            let text = text.map(String::as_str);
            shape.optional_text(&at.field(field), text, Shape::free_text)
        };
        let person_name = plain("personName", self.person_name.as_ref());
        let note = plain("note", self.note.as_ref());
        let mut text = |field: &str, input: Option<&CommittedTextInput>| {
            shape.optional(&at.field(field), input, |shape, at, input| {
                let text = shape.free_text(&at.field("text"), &input.text)?;
                Some(CommittedText::opened(&text, *input.random.0.as_bytes()))
            })
        };
        let payee_name = text("payeeName", self.payee_name.as_ref());
        let cause = text("cause", self.cause.as_ref());
        let certificate = text("certificate", self.certificate.as_ref());
        let reason = text("reason", self.reason.as_ref());
        let donor = text("donor", self.donor.as_ref());
        let officer_name = text("officerName", self.officer_name.as_ref());
        let file = text("file", self.file.as_ref());
        let account_no = self.account_no.as_deref();
        let account_no = shape.optional_text(&at.field("accountNo"), account_no, Shape::account_no);
        Some(PrivateDetails {
            client_id: id?.map(|id| id.as_str().to_owned()),
            batch_id: batch_id?.map(|id| id.as_str().to_owned()),
            person_name: person_name?,
            payee_name: payee_name?,
            account_no: account_no?.map(|number| number.as_str().to_owned()),
            cause: cause?,
            certificate: certificate?,
            note: note?,
            reason: reason?,
            donor: donor?,
            officer_name: officer_name?,
            file: file?,
        })
    }
}

/// Carries out signed commands.
#[derive(Debug, Default)]
pub struct SubmitSignedCommand;

#[Object]
impl SubmitSignedCommand {
    /// Carries out what an officer signed with a key of their own, under the same rules as the
    /// mutation of that command. The envelope is kept as the entry's command. Sent again, it answers
    /// as before.
    async fn submit_signed_command(
        &self,
        ctx: &Context<'_>,
        input: SubmitSignedCommandInput,
    ) -> Answer<SubmitSignedCommandPayload> {
        let beside = input.beside.as_deref().unwrap_or_default();
        let read = |shape: &mut Shape| {
            shape.each(&Place::of("beside"), beside, |shape, at, input| input.read(shape, at))
        };
        let refused = |user_errors| SubmitSignedCommandPayload {
            receipt: None,
            receipts: Vec::new(),
            user_errors,
        };
        let (book, beside) = match read_input(ctx, None, &input.ledger, read).await? {
            Ok(ready) => ready,
            Err(user_errors) => return Ok(refused(user_errors)),
        };
        let request = SignedRequest { envelope: input.envelope.into_bytes(), beside };
        let receipts = match book.submit_signed(request).await {
            Ok(receipts) => receipts,
            Err(CommandError::Refused(refusal)) => return Ok(refused(vec![refusal.into()])),
            Err(CommandError::Fault(fault)) => return Err(fault.into()),
        };
        if let Some(last) = receipts.iter().max_by_key(|receipt| receipt.position) {
            book.read_own_write(last).await;
        }
        let receipts: Vec<Receipt> = receipts.into_iter().map(Into::into).collect();
        let receipt = receipts.first().cloned();
        Ok(SubmitSignedCommandPayload { receipt, receipts, user_errors: Vec::new() })
    }
}
