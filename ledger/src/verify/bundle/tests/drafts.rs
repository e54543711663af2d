//! Entries before they are chained and signed, and rules that believe what they say.

use serde::{Deserialize, Serialize};

use super::{LEDGER, ORIGIN, key};
use crate::effects::{
    AccessChange, Effects, Guard, NotCarriedOut, Posting, RecordedEvent, RepeatsFirst, Rules,
    UnknownEvent,
};
use crate::hash::{self, Hash};
use crate::identifier::MalformedName;
use crate::key::LedgerKey;
use crate::opened::{LEDGER_OPENED, LedgerOpened, WrittenKey};
use crate::sealed_list::{self, ListPart};
use crate::{EventName, StreamId};

/// An event that says itself what it does.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Does {
    pub(super) claims: Vec<String>,
    pub(super) releases: Vec<String>,
    /// Account, amount, whether it may not fall below zero; all in `CNY`.
    pub(super) postings: Vec<(String, i64, bool)>,
    pub(super) guards: Vec<(String, u64)>,
    /// The payload that it says the first entry of its stream holds, and what has become of it: a letter for
    /// what it was before (`s` where it stood as it was recorded) and one for what it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) repeats_first: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) begins_stream: bool,
    /// The role that its officer must hold where officers are required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) needs: Option<Role>,
    /// The officer who is given a role, or from whom it is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) given: Vec<(String, Role)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) withdrawn: Vec<(String, Role)>,
    /// Whether officers are required from the next entry on, among whom a keeper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) required: Option<bool>,
    /// Who it says acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) officer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<Listed>,
}

/// A list `a` of lines with the amount 5 each, announced with all of them, or one line of it with its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Listed {
    Announced(Vec<String>),
    Line(u64, String),
}

impl Listed {
    fn as_effect(&self) -> ListPart {
        let list = "a".to_owned();
        match self {
            Self::Announced(lines) => ListPart::Announced {
                list,
                head: hash::leaf(b"head"),
                lines: u64::try_from(lines.len()).unwrap(),
                total: 5 * i64::try_from(lines.len()).unwrap(),
                digest: sealed_list::digest(b"head", lines.iter().map(String::as_bytes)),
            },
            Self::Line(number, line) => {
                let leaf = hash::leaf(line.as_bytes());
                ListPart::Line { list, number: *number, amount: 5, leaf }
            }
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Role {
    Keeper,
    Payer,
}

impl Role {
    fn one_of(self) -> &'static [&'static str] {
        match self {
            Self::Keeper => &["keeper"],
            Self::Payer => &["payer"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Keeper => "keeper",
            Self::Payer => "payer",
        }
    }
}

impl Does {
    fn access(&self) -> Vec<AccessChange> {
        let of = |(officer, role): &(String, Role)| (officer.clone(), role.name());
        let given = self.given.iter().map(of);
        let given = given.map(|(officer, role)| AccessChange::Given { officer, role });
        let withdrawn = self.withdrawn.iter().map(of);
        let withdrawn = withdrawn.map(|(officer, role)| AccessChange::Withdrawn { officer, role });
        let keeper = |required: bool| required.then_some("keeper");
        let required = self.required.map(|yes| AccessChange::Required { keeper: keeper(yes) });
        given.chain(withdrawn).chain(required).collect()
    }
}

/// Believes what events say of themselves.
pub(super) struct AsSaid;

impl Rules for AsSaid {
    fn effects(
        &self,
        stream: &StreamId,
        event: &EventName,
        payload: &[u8],
    ) -> Result<Effects, UnknownEvent> {
        let unknown = |reason: String| UnknownEvent {
            event: event.to_string(),
            stream: stream.to_string(),
            reason,
        };
        let does: Does =
            serde_json::from_slice(payload).map_err(|error| unknown(error.to_string()))?;
        let access = does.access();
        let posting =
            |(account, amount, floor)| Posting { account, unit: "CNY".to_owned(), amount, floor };
        let guard = |(stream, sequence): (String, u64)| {
            StreamId::parse(&stream).map(|stream| Guard { stream, sequence })
        };
        let guards: Result<_, _> = does.guards.into_iter().map(guard).collect();
        Ok(Effects {
            claims: does.claims,
            releases: does.releases,
            postings: does.postings.into_iter().map(posting).collect(),
            guards: guards.map_err(|error: MalformedName| unknown(error.to_string()))?,
            repeats_first: does.repeats_first.map(|(payload, fates)| RepeatsFirst {
                payload: payload.into_bytes(),
                from: fates.chars().next().filter(|letter| *letter != 's').map(String::from),
                to: fates.chars().last().map(String::from).unwrap_or_default(),
            }),
            begins_stream: does.begins_stream,
            one_of: does.needs.map_or(&[], Role::one_of),
            access,
            officer: does.officer,
            list: does.list.map(|part| part.as_effect()),
        })
    }

    fn carried_out(
        &self,
        command: &[u8],
        events: &[RecordedEvent<'_>],
    ) -> Result<(), NotCarriedOut> {
        let recorded = events.iter().map(|event| {
            let payload = std::str::from_utf8(event.payload).unwrap();
            (event.stream.as_str(), event.event.as_str(), payload)
        });
        let recorded = serde_json::to_vec(&recorded.collect::<Vec<_>>()).unwrap();
        let shown = || NotCarriedOut(String::from_utf8_lossy(&recorded).into_owned());
        if recorded == command { Ok(()) } else { Err(shown()) }
    }
}

/// What an officer asks for: that these events are recorded.
pub(super) fn asking_for(drafts: &[Draft]) -> Vec<u8> {
    let asked = drafts.iter().map(|draft| {
        (draft.stream.as_str(), draft.event, std::str::from_utf8(&draft.payload).unwrap())
    });
    serde_json::to_vec(&asked.collect::<Vec<_>>()).unwrap()
}

/// One entry before it is chained. Everything can be set wrong and is signed all the same.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) ledger: &'static str,
    pub(super) stream: String,
    pub(super) sequence: u64,
    pub(super) event: &'static str,
    pub(super) actor: &'static str,
    pub(super) request: u128,
    pub(super) command: Option<Vec<u8>>,
    pub(super) recorded: i64,
    pub(super) payload: Vec<u8>,
    /// Said instead of the true leaf of the entry before.
    pub(super) previous: Option<Hash>,
    /// Said instead of the true position.
    pub(super) position: Option<u64>,
}

impl Draft {
    pub(super) fn opening(key: &LedgerKey) -> Self {
        let opened = LedgerOpened {
            bureau: "钟楼区民政局".to_owned(),
            region: "320404".to_owned(),
            origin: ORIGIN.to_owned(),
            key: WrittenKey::of(key.public()),
            recovery_key: WrittenKey::of(super::key(99).public()),
        };
        let mut draft = Self::new("ledger/cn-320404", 1, 0, &Does::default());
        draft.payload = opened.payload().unwrap();
        draft.event = LEDGER_OPENED;
        draft
    }

    pub(super) fn new(stream: &str, sequence: u64, request: u128, does: &Does) -> Self {
        Self {
            ledger: LEDGER,
            stream: stream.to_owned(),
            sequence,
            event: "Done v1",
            actor: "officer/w-017",
            request,
            command: None,
            recorded: 1_600_000_000_000_000,
            payload: serde_json::to_vec(does).unwrap(),
            previous: None,
            position: None,
        }
    }

    pub(super) fn command(mut self, command: &str) -> Self {
        self.command = Some(command.as_bytes().to_vec());
        self
    }

    pub(super) fn does(&self) -> Does {
        serde_json::from_slice(&self.payload).unwrap_or_default()
    }
}

pub(super) fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

pub(super) fn moves(from: &str, to: &str, amount: i64) -> Vec<(String, i64, bool)> {
    let floor = |account: &str| account.starts_with("fund/");
    vec![(from.to_owned(), -amount, floor(from)), (to.to_owned(), amount, floor(to))]
}

/// A ledger with something of everything: streams of several entries, requests of several entries,
/// a shared command, claims taken, given back and taken again, guards, a floor, an amount twice.
pub(super) fn history() -> Vec<Draft> {
    let fund = |amount| moves("income/x", "fund/1", amount);
    let pay = |claims: &[&str], releases: &[&str], amount| Does {
        claims: texts(claims),
        releases: texts(releases),
        postings: moves("fund/1", "programme/low", amount),
        guards: vec![("grant/1".to_owned(), 1)],
        ..Does::default()
    };
    let received = |amount| Does { postings: fund(amount), ..Does::default() };
    vec![
        Draft::opening(&key(1)),
        Draft::new("fund/1", 1, 1, &Does::default()).command("open the fund"),
        Draft::new("fund/1", 2, 2, &received(900)).command("receive 900"),
        Draft::new("grant/1", 1, 3, &Does::default()).command("approve"),
        Draft::new("payment/1", 1, 4, &pay(&["low/2020-06/p1"], &[], 300)).command("pay two"),
        Draft::new("payment/2", 1, 4, &pay(&["low/2020-06/p2"], &[], 300)).command("pay two"),
        Draft::new("payment/1", 2, 5, &pay(&[], &["low/2020-06/p1"], -300)).command("reverse"),
        Draft::new("payment/3", 1, 5, &pay(&["low/2020-06/p1"], &[], 250)).command("reverse"),
        Draft::new("fund/1", 3, 6, &received(7)),
    ]
}
