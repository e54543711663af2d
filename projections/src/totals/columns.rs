//! The payments and receipts of one ledger in memory.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use domain::calendar::Month;
use domain::ids::{FundId, ProgrammeId};
use domain::vocabulary::FundSource;
use ledger::LedgerId;
use uuid::Uuid;

use super::combination::Combinations;
use super::load::Filling;
use super::numbering::Numbering;
use super::recoveries::{Recoveries, Step};
use crate::copy::day_from_2000;
use crate::error::{ProjectionError, Result};
use crate::payments::RecoveryStepKind;

/// Stands where something has not become of a payment.
pub(super) const NEVER: u32 = u32::MAX;

/// A payment in forty-eight bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) amount: i64,
    pub(super) position: u32,
    /// Position of its reversal, or [`NEVER`].
    pub(super) undone_at: u32,
    /// Position of the entry that says that a bank credited it, its own where it was recorded by itself, or
    /// [`NEVER`].
    pub(super) settled_at: u32,
    /// Position of the entry that says that a bank gave back some of it, or [`NEVER`].
    pub(super) returned_at: u32,
    /// Number of the person, or nobody.
    pub(super) person: u32,
    /// Number of the household, or nobody.
    pub(super) household: u32,
    pub(super) combination: u32,
    /// How many persons are counted with it.
    pub(super) person_times: u32,
    /// Days since 2000-01-01.
    pub(super) occurred_on: i32,
    /// The first and last month that it belongs to on the basis of entitlement, by index.
    pub(super) month_from: u16,
    pub(super) month_to: u16,
}

/// Money that came in.
#[derive(Debug, Clone)]
pub(super) struct Receipt {
    pub(super) position: u32,
    pub(super) fund: FundId,
    pub(super) source: FundSource,
    pub(super) amount: i64,
    pub(super) occurred_on: i32,
    pub(super) month: Month,
    pub(super) income: Option<ProgrammeId>,
}

/// A payment as it is taken in.
pub(super) struct NewLine {
    pub(super) position: i64,
    pub(super) amount: i64,
    pub(super) person: Option<Uuid>,
    pub(super) household: Option<Uuid>,
    pub(super) person_times: i64,
    pub(super) occurred_on: i32,
    /// The months that it pays for, by index.
    pub(super) months: Option<(i32, i32)>,
    /// Whether a batch released it, so that it is on its way until a bank answers.
    pub(super) instructed: bool,
    pub(super) combination: u32,
}

/// Everything of one ledger that totals are made of, up to one position.
#[derive(Debug)]
pub struct Columns {
    pub(super) ledger: LedgerId,
    /// Position of the last entry taken in; -1 before the first.
    pub(super) reached: i64,
    /// Which filling of the tables this was loaded from.
    pub(super) filling: Filling,
    /// In order of position.
    pub(super) lines: Vec<Line>,
    /// The part that stayed of payments that came back in part, by their own position: few payments do.
    stayed: HashMap<u32, i64>,
    pub(super) recoveries: Recoveries,
    pub(super) persons: Numbering,
    pub(super) households: Numbering,
    pub(super) combinations: Combinations,
    /// In order of position.
    pub(super) receipts: Vec<Receipt>,
    pub(super) fund_sources: HashMap<FundId, FundSource>,
    days: Option<RangeInclusive<i32>>,
    months: Option<RangeInclusive<u16>>,
    month_of_day: HashMap<i32, u16>,
}

impl Columns {
    /// Nothing yet of this ledger.
    pub fn new(ledger: LedgerId) -> Self {
        Self {
            ledger,
            reached: -1,
            filling: Filling::default(),
            lines: Vec::new(),
            stayed: HashMap::new(),
            recoveries: Recoveries::default(),
            persons: Numbering::default(),
            households: Numbering::default(),
            combinations: Combinations::default(),
            receipts: Vec::new(),
            fund_sources: HashMap::new(),
            days: None,
            months: None,
            month_of_day: HashMap::new(),
        }
    }

    /// Whose payments these are.
    pub fn ledger(&self) -> &LedgerId {
        &self.ledger
    }

    /// Position of the last entry taken in; `None` before the first.
    pub fn reached(&self) -> Option<u64> {
        u64::try_from(self.reached).ok()
    }

    /// How many payments are held, reversed ones too.
    pub fn payments(&self) -> usize {
        self.lines.len()
    }

    /// The days on which payments were made, from the first to the last.
    pub(super) fn days(&self) -> Option<RangeInclusive<i32>> {
        self.days.clone()
    }

    /// The months that payments belong to on either basis, from the first to the last.
    pub(super) fn months(&self) -> Option<RangeInclusive<u16>> {
        self.months.clone()
    }

    /// Takes in the next payment.
    pub(super) fn push(&mut self, new: &NewLine) -> Result<()> {
        let occurred_in = self.month_of(new.occurred_on)?;
        let (from, to) = match new.months {
            Some((from, to)) => (month_index(from)?, month_index(to)?),
            None => (occurred_in, occurred_in),
        };
        let too_many = || ProjectionError::out_of_range("number of recipients");
        let position = place(new.position)?;
        let line = Line {
            amount: new.amount,
            position,
            undone_at: NEVER,
            settled_at: if new.instructed { NEVER } else { position },
            returned_at: NEVER,
            person: self.persons.number(new.person).ok_or_else(too_many)?,
            household: self.households.number(new.household).ok_or_else(too_many)?,
            combination: new.combination,
            person_times: u32::try_from(new.person_times)
                .map_err(|_| ProjectionError::out_of_range("covered_persons"))?,
            occurred_on: new.occurred_on,
            month_from: from,
            month_to: to,
        };
        self.lines.push(line);
        widen(&mut self.days, new.occurred_on, new.occurred_on);
        widen(&mut self.months, from.min(occurred_in), to.max(occurred_in));
        Ok(())
    }

    /// Marks the payment recorded at one position as reversed at another.
    pub(super) fn undo(&mut self, position: i64, undone_at: i64) -> Result<()> {
        let (position, undone_at) = (place(position)?, place(undone_at)?);
        if let Some(line) = self.line_at(position) {
            line.undone_at = undone_at;
        }
        Ok(())
    }

    /// Marks the payment recorded at one position as settled at another.
    pub(super) fn settle(&mut self, position: i64, settled_at: i64) -> Result<()> {
        let (position, settled_at) = (place(position)?, place(settled_at)?);
        if let Some(line) = self.line_at(position) {
            line.settled_at = settled_at;
        }
        Ok(())
    }

    /// Marks the payment recorded at one position as returned at another, but for the part that stayed.
    pub(super) fn give_back(&mut self, position: i64, returned_at: i64, stayed: i64) -> Result<()> {
        let (position, returned_at) = (place(position)?, place(returned_at)?);
        if let Some(line) = self.line_at(position) {
            line.returned_at = returned_at;
        }
        if stayed != 0 {
            self.stayed.insert(position, stayed);
        }
        Ok(())
    }

    /// Takes in what happened at another position in the recovery of the payment recorded at one.
    pub(super) fn recover(
        &mut self,
        position: i64,
        happened_at: i64,
        kind: RecoveryStepKind,
        fen: i64,
    ) -> Result<()> {
        let (position, happened_at) = (place(position)?, place(happened_at)?);
        if self.line_at(position).is_some() {
            self.recoveries.push(position, Step { position: happened_at, kind, fen });
        }
        Ok(())
    }

    /// How much stayed of a payment that was returned.
    pub(super) fn stayed(&self, line: &Line) -> i64 {
        self.stayed.get(&line.position).copied().unwrap_or(0)
    }

    fn line_at(&mut self, position: u32) -> Option<&mut Line> {
        let found = self.lines.binary_search_by_key(&position, |line| line.position);
        self.lines.get_mut(found.ok()?)
    }

    /// The month of a day; days repeat, so each is computed once.
    pub(super) fn month_of(&mut self, day: i32) -> Result<u16> {
        if let Some(month) = self.month_of_day.get(&day) {
            return Ok(*month);
        }
        let month = day_from_2000(day).ok_or_else(|| ProjectionError::out_of_range("day"))?.month();
        let index = month_index(month.index())?;
        self.month_of_day.insert(day, index);
        Ok(index)
    }

    /// The month of every day on which payments were made, beginning with the first such day.
    pub(super) fn month_of_each_day(&self) -> Vec<u16> {
        let days = self.days().into_iter().flatten();
        let month = |day| self.month_of_day.get(&day).copied().unwrap_or_default();
        days.map(month).collect()
    }
}

/// A position in four bytes: enough for four thousand million entries of one bureau.
pub(super) fn place(position: i64) -> Result<u32> {
    let fits = u32::try_from(position).ok().filter(|place| *place < NEVER);
    fits.ok_or_else(|| ProjectionError::out_of_range("position"))
}

fn month_index(index: i32) -> Result<u16> {
    u16::try_from(index).map_err(|_| ProjectionError::out_of_range("month"))
}

fn widen<T: Copy + Ord>(range: &mut Option<RangeInclusive<T>>, from: T, to: T) {
    let (first, last) = match range {
        Some(range) => ((*range.start()).min(from), (*range.end()).max(to)),
        None => (from, to),
    };
    *range = Some(first..=last);
}
