//! Recording a plan's steps, several at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::DemoError;
use super::carrying_out::carry_out;
use super::plan::Step;
use super::staff::Staff;
use crate::books::{Acting, Book};

/// Steps that are decided while others are being committed.
const UNDER_WAY: usize = 8;

/// What must stand before a step may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// Everything before it: it opens what others rest on.
    Everything,
    /// Nothing but what was opened: money and goods that come in, and grants.
    Openings,
    /// All that came in: payments.
    Income,
}

impl After {
    fn of(step: &Step) -> Self {
        match step {
            Step::EnrolOfficer(_)
            | Step::OpenFund(_)
            | Step::SetStandard(_)
            | Step::OpenStore(_) => Self::Everything,
            Step::ReceiveFunds(_) | Step::ReceiveGoods(_) | Step::ApproveGrants(_) => {
                Self::Openings
            }
            Step::Payments(_) | Step::Disburse(_) => Self::Income,
        }
    }
}

/// A step that has begun.
struct Begun {
    after: After,
    entries: u64,
    task: JoinHandle<Result<(), String>>,
}

/// Steps under way, the first begun first.
struct UnderWay<'p> {
    steps: VecDeque<Begun>,
    progress: &'p (dyn Fn(u64) + Sync),
}

impl UnderWay<'_> {
    async fn finish_first(&mut self) -> Result<(), String> {
        let Some(begun) = self.steps.pop_front() else {
            return Ok(());
        };
        begun.task.await.map_err(|error| error.to_string())??;
        (self.progress)(begun.entries);
        Ok(())
    }

    /// Waits until the step may begin.
    async fn make_way(&mut self, after: After) -> Result<(), String> {
        let hinders = |under_way: After| match after {
            After::Everything => true,
            After::Openings => under_way == After::Everything,
            After::Income => under_way != After::Income,
        };
        while self.steps.len() >= UNDER_WAY || self.steps.iter().any(|begun| hinders(begun.after)) {
            self.finish_first().await?;
        }
        Ok(())
    }
}

/// Records every step, each as soon as what it rests on stands; steps overlap, one is decided while
/// another commits. `officer` records what is handed over, the bureau's own officers everything else.
/// `progress` is told how many entries were added. Steps that stand already change nothing.
///
/// # Errors
/// The first refusal or fault, as text: none is expected.
pub async fn record(
    book: &Arc<Book>,
    officer: &Acting,
    steps: impl Iterator<Item = Result<Step, DemoError>>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(), String> {
    let staff = Staff::beside(officer.clone()).map_err(|error| error.to_string())?;
    let staff = Arc::new(staff);
    let mut under_way = UnderWay { steps: VecDeque::new(), progress };
    for step in steps {
        let step = step.map_err(|error| error.to_string())?;
        let entries = u64::try_from(step.entries()).unwrap_or_default();
        let after = After::of(&step);
        under_way.make_way(after).await?;
        let (book, staff) = (book.clone(), staff.clone());
        let task = tokio::spawn(async move { carry_out(&book, &staff, step).await });
        under_way.steps.push_back(Begun { after, entries, task });
    }
    while !under_way.steps.is_empty() {
        under_way.finish_first().await?;
    }
    Ok(())
}
