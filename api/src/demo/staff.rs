//! The officers of the demo's bureau, invented like everybody else: four who pass a batch on, and the security
//! administrator who enrols them.
//!
//! The ledger does not require officers, so that whoever tries the demo may ask and record what they like. Who
//! records what is nevertheless what `mingzhang rights` says, but for cash, which is recorded by hand.

use domain::ids::OfficerId;
use domain::rights::Role;

use super::DemoError;
use super::values::refused;
use crate::books::Acting;
use crate::requests::EnrolOfficerRequest;

/// An officer: id, name and role.
type Post = (&'static str, &'static str, Role);

const SECURITY_ADMINISTRATOR: Post = ("zl-security", "沈文清", Role::SecurityAdministrator);
const MAKER: Post = ("zl-maker", "陆秀娟", Role::Maker);
const REVIEWER: Post = ("zl-reviewer", "顾明诚", Role::Reviewer);
const APPROVER: Post = ("zl-approver", "钱建平", Role::Approver);
const CASHIER: Post = ("zl-cashier", "吴静安", Role::Cashier);

/// Who acts for the demo.
pub(super) struct Staff {
    /// Enrols the others.
    pub(super) security_administrator: Acting,
    /// Makes lists, and records money that comes in and what the bank answers.
    pub(super) maker: Acting,
    /// Checks lists.
    pub(super) reviewer: Acting,
    /// Decides.
    pub(super) approver: Acting,
    /// Lets money go.
    pub(super) cashier: Acting,
    /// Records goods, and cash that was handed over.
    pub(super) by_hand: Acting,
}

impl Staff {
    /// The officers, beside whoever runs the demo.
    pub(super) fn beside(by_hand: Acting) -> Result<Self, DemoError> {
        Ok(Self {
            security_administrator: acting(SECURITY_ADMINISTRATOR)?,
            maker: acting(MAKER)?,
            reviewer: acting(REVIEWER)?,
            approver: acting(APPROVER)?,
            cashier: acting(CASHIER)?,
            by_hand,
        })
    }
}

/// Asks to enrol them, the security administrator first.
pub(super) fn enrolments() -> Result<Vec<EnrolOfficerRequest>, DemoError> {
    let posts = [SECURITY_ADMINISTRATOR, MAKER, REVIEWER, APPROVER, CASHIER];
    posts.into_iter().map(enrolment).collect()
}

fn enrolment(post: Post) -> Result<EnrolOfficerRequest, DemoError> {
    let (_, name, role) = post;
    Ok(EnrolOfficerRequest { officer: id(post)?, name: name.to_owned(), roles: vec![role] })
}

fn acting(post: Post) -> Result<Acting, DemoError> {
    id(post).map(Acting::from)
}

fn id((id, _, _): Post) -> Result<OfficerId, DemoError> {
    OfficerId::parse(id).map_err(refused("officer id", id))
}
