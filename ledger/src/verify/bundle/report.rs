//! What a verification of a bundle tells.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Depth;
use crate::LedgerId;
use crate::hash::Hash;
use crate::keys::KeyHistory;
use crate::verify::Finding;

/// The outcome of verifying a bundle.
#[derive(Debug, Clone, Serialize)]
pub struct BundleReport {
    /// The bureau's books.
    #[serde(serialize_with = "as_text")]
    pub ledger: LedgerId,
    /// How many entries there must be.
    pub size: u64,
    /// Leaf hash of the last entry, derived from its bytes.
    #[serde(serialize_with = "as_text")]
    pub head: Hash,
    /// Root of the tree, derived from the entries.
    #[serde(serialize_with = "as_text")]
    pub root: Hash,
    /// The ledger's keys as its entries tell them, suspect entries included.
    #[serde(skip)]
    pub keys: KeyHistory,
    /// What was checked and what was not.
    pub coverage: Coverage,
    /// What was found, in order of position, those about no entry last; at most
    /// [`crate::verify::MOST_FINDINGS`] of each.
    pub findings: Vec<Finding>,
    /// How many there were in all.
    pub found: u64,
}

impl BundleReport {
    /// Whether the bundle is complete and everything that was checked is as it must be.
    pub fn is_clean(&self) -> bool {
        self.found == 0 && self.coverage.entries == self.size
    }
}

/// What was checked. A number tells how many there were, whether good or not; what is wrong with
/// them is among the findings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Coverage {
    /// Entries that were read and chained.
    pub entries: u64,
    /// Entries whose signature is by the key in force.
    pub signatures: u64,
    /// The bundle's checkpoints that lie on this history.
    pub checkpoints: Vec<ComparedCheckpoint>,
    /// The auditor's checkpoints that lie on this history.
    pub kept: Vec<ComparedCheckpoint>,
    /// Commands that are what the entries name, at their place.
    pub commands: u64,
    /// Signed commands that were checked: signature, officer, request, times, checkpoint, and that
    /// exactly what was signed is recorded.
    pub signed_commands: u64,
    /// Streams whose sequences were followed.
    pub streams: u64,
    /// Requests whose entries stand together.
    pub requests: u64,
    /// Claims that are held in the end.
    pub claims: u64,
    /// Balances that are those of the entries.
    pub balances: u64,
    /// What was not checked here.
    pub unchecked: Vec<Unchecked>,
}

/// A checkpoint whose signature and root are right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedCheckpoint {
    /// Name of the member or file.
    pub name: String,
    /// How many entries it stands over.
    pub size: u64,
}

/// Something that [`super::verify_bundle`] did not check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unchecked {
    /// Signatures of the entries.
    Signatures,
    /// Whether entries are well formed beyond their links, and what they do: clock, sequences,
    /// guards, requests, claims, double entry.
    Rules,
    /// The commands.
    Commands,
    /// The balances.
    Balances,
    /// The totals. Whoever opens the bundle compares them.
    Totals,
    /// The manifest's digests and counts. Whoever opens the bundle compares them.
    Manifest,
    /// Cosignatures of witnesses and the policy's quorum. Whoever holds the policy checks them.
    Cosignatures,
    /// What lies encrypted beside the chain. It is in no bundle.
    PersonalData,
}

impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signatures => "各分录的签名 / signatures of the entries",
            Self::Rules => "分录的内容与规则 / what the entries say and do",
            Self::Commands => "各项指令 / commands",
            Self::Balances => "余额 / balances",
            Self::Totals => "汇总 / totals",
            Self::Manifest => "清单中的摘要 / digests of the manifest",
            Self::Cosignatures => "见证方的联署 / cosignatures of witnesses",
            Self::PersonalData => "链外加密的个人信息 / personal data beside the chain",
        })
    }
}

impl Coverage {
    pub(super) fn new(depth: Depth) -> Self {
        use Unchecked::{
            Balances, Commands, Cosignatures, Manifest, PersonalData, Rules, Signatures, Totals,
        };
        let always = [Totals, Manifest, Cosignatures, PersonalData];
        let unchecked = match depth {
            Depth::Everything => always.to_vec(),
            Depth::ChainAndTree => {
                [Signatures, Rules, Commands, Balances].into_iter().chain(always).collect()
            }
        };
        Self { unchecked, ..Self::default() }
    }
}

fn as_text<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
