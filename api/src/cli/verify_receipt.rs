//! `verify --receipt`: one payment, against the policy alone.

use std::io::Read;
use std::path::{Path, PathBuf};

use ledger::policy::Policy;
use serde_json::json;

use super::Failure;
use crate::receipt_file::{self, LONGEST, NotProven, Proven};

/// What is verified, and what it is held against.
pub(super) struct ReceiptToVerify {
    pub(super) receipt: PathBuf,
    pub(super) policy: PathBuf,
    pub(super) json: bool,
}

pub(super) fn run(arguments: &ReceiptToVerify) -> Result<(), Failure> {
    let policy = read(&arguments.policy)?;
    let policy = Policy::parse(&policy)
        .map_err(|error| Failure::Usage(format!("{}: {error}", arguments.policy.display())))?;
    let receipt = read(&arguments.receipt)?;
    let text = String::from_utf8_lossy(&receipt);
    match receipt_file::check(&text, &policy) {
        Ok(proven) => {
            if arguments.json {
                println!("{}", as_json(&proven));
            } else {
                print(&proven);
            }
            Ok(())
        }
        Err(NotProven { rule, found }) => {
            if arguments.json {
                println!("{}", json!({ "proven": false, "rule": rule, "found": found }));
            } else {
                println!("{rule}: {found}");
            }
            Err(Failure::Refused("回执不成立 / the receipt proves nothing".to_owned()))
        }
    }
}

/// A receipt or a policy is short: what is longer is neither, and is not read whole.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failure =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| failure(&error))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| failure(&error))?;
    Ok(bytes)
}

fn print(proven: &Proven) {
    let checkpoint = &proven.checkpoint.checkpoint;
    println!("{}", proven.entry);
    println!("leaf: {}", proven.leaf);
    println!("checkpoint: {} entries, root {}", checkpoint.size, checkpoint.root);
    for cosigned in &proven.checkpoint.cosigned {
        println!("witness: {} at {}", cosigned.witness, cosigned.at);
    }
    println!(
        "分录 {} 确已由账本密钥签署并列入该检查点;此后是否被冲正不在证明之内 / entry {} was signed by the ledger's key and is in that checkpoint; whether it was reversed later is not proven: OK",
        proven.position, proven.position
    );
}

fn as_json(proven: &Proven) -> serde_json::Value {
    let cosigned: Vec<_> = proven
        .checkpoint
        .cosigned
        .iter()
        .map(|cosigned| json!({ "witness": cosigned.witness, "at": cosigned.at }))
        .collect();
    json!({
        "proven": true,
        "position": proven.position,
        "leaf": proven.leaf.to_string(),
        "entry": proven.entry,
        "checkpoint": {
            "origin": proven.checkpoint.checkpoint.origin,
            "size": proven.checkpoint.checkpoint.size,
            "root": proven.checkpoint.checkpoint.root.to_string(),
            "cosigned": cosigned,
        },
    })
}
