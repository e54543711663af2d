//! Accounts: where amounts stand.

use std::fmt;

use crate::ids::{FundId, ProgrammeId, StoreId};

/// Where an amount stands. Text forms are in the list of variants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// `fund/<uuid>`: what a fund still holds. May not fall below zero.
    Fund(FundId),
    /// `programme/<id>`: what was paid under a programme.
    Programme(ProgrammeId),
    /// `income/<id>`: the other side of money received under an income programme.
    Income(ProgrammeId),
    /// `income/allotment`: the other side of money allotted from above.
    Allotment,
    /// `opening/<uuid>`: the other side of what a fund held when its books began.
    Opening(FundId),
    /// `transit/<uuid>`: what a batch released out of a fund and no bank has answered for. May not fall
    /// below zero.
    Transit(FundId),
    /// `remitted/<uuid>`: what a fund handed back as surplus.
    Remitted(FundId),
    /// `recovered/<uuid>`: the other side of what recipients of a fund's money gave back.
    Recovered(FundId),
    /// `store/<uuid>`: what a store still has. May not fall below zero.
    Store(StoreId),
    /// `donated/<uuid>`: the other side of goods that a store received.
    Donated(StoreId),
    /// `disbursed/<uuid>`: what a store handed out.
    Disbursed(StoreId),
}

impl Account {
    /// Whether the append refuses to take the balance below zero: nobody pays out what is not there.
    pub const fn may_not_fall_below_zero(&self) -> bool {
        matches!(self, Self::Fund(_) | Self::Transit(_) | Self::Store(_))
    }

    /// Reads the text that `Display` writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once('/')?;
        Some(match kind {
            "fund" => Self::Fund(FundId::parse(id).ok()?),
            "programme" => Self::Programme(ProgrammeId::parse(id).ok()?),
            "income" if id == ALLOTMENT => Self::Allotment,
            "income" => Self::Income(ProgrammeId::parse(id).ok()?),
            "opening" => Self::Opening(FundId::parse(id).ok()?),
            "transit" => Self::Transit(FundId::parse(id).ok()?),
            "remitted" => Self::Remitted(FundId::parse(id).ok()?),
            "recovered" => Self::Recovered(FundId::parse(id).ok()?),
            "store" => Self::Store(StoreId::parse(id).ok()?),
            "donated" => Self::Donated(StoreId::parse(id).ok()?),
            "disbursed" => Self::Disbursed(StoreId::parse(id).ok()?),
            _ => return None,
        })
    }
}

/// Stands where an income programme would; no programme of the catalogue has this id.
const ALLOTMENT: &str = "allotment";

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fund(fund) => write!(formatter, "fund/{fund}"),
            Self::Programme(programme) => write!(formatter, "programme/{programme}"),
            Self::Income(programme) => write!(formatter, "income/{programme}"),
            Self::Allotment => write!(formatter, "income/{ALLOTMENT}"),
            Self::Opening(fund) => write!(formatter, "opening/{fund}"),
            Self::Transit(fund) => write!(formatter, "transit/{fund}"),
            Self::Remitted(fund) => write!(formatter, "remitted/{fund}"),
            Self::Recovered(fund) => write!(formatter, "recovered/{fund}"),
            Self::Store(store) => write!(formatter, "store/{store}"),
            Self::Donated(store) => write!(formatter, "donated/{store}"),
            Self::Disbursed(store) => write!(formatter, "disbursed/{store}"),
        }
    }
}
