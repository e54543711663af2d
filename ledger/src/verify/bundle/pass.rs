//! The one pass over the entries: read on one thread, checked on all cores, put in order on this one,
//! with the commands beside them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use super::checkpoints::{Roots, Sizes};
use super::command_source::CommandSource;
use super::commands::Commands;
use super::opening;
use super::signed::SignedCommands;
use super::source::{BundledEntry, Chunk, Source};
use super::{BundleError, Depth, ObservedEntry, Offline};
use crate::LedgerId;
use crate::verify::chain::Chain;
use crate::verify::entries::{Checked, KeptEntry, Linked, Said, check_entries, check_links};
use crate::verify::finding::Findings;
use crate::verify::keys_in_force::KeysInForce;
use crate::verify::replay::{Partitions, Replay, Step};

/// So many lots of commands are read ahead.
const COMMANDS_AHEAD: usize = 2;

/// What the entries give.
pub(super) struct Passed {
    pub(super) chain: Chain,
    pub(super) keys: KeysInForce,
    pub(super) roots: Roots,
    pub(super) replay: Replay,
    pub(super) partitions: Partitions,
    /// How many commands are there as they must be.
    pub(super) commands: u64,
    /// How many signed commands were checked.
    pub(super) signed_commands: u64,
    pub(super) findings: Findings,
}

/// What is read while the entries pass.
pub(super) struct Sources {
    pub(super) entries: Source,
    /// None where commands are not checked.
    pub(super) commands: Option<CommandSource>,
}

/// What is compared with the entries while they pass.
struct Beside {
    commands: Commands,
    signed: SignedCommands,
}

/// Entries with what they tell by themselves.
struct Ready {
    chunk: Chunk,
    told: Told,
}

enum Told {
    Everything(Vec<Checked>),
    Links(Vec<Linked>),
}

/// Goes over all entries.
pub(super) fn run(
    ledger: &LedgerId,
    sources: Sources,
    wanted: Sizes,
    partitions: Partitions,
    offline: &mut Offline<'_>,
) -> Result<Passed, BundleError> {
    let mut passed = Passed {
        chain: Chain::new(ledger.clone()),
        keys: KeysInForce::starting_from(offline.trust.first_key.clone(), ledger.clone()),
        roots: Roots::new(wanted),
        replay: Replay::default(),
        partitions,
        commands: 0,
        signed_commands: 0,
        findings: Findings::default(),
    };
    passed.roots.see(passed.chain.frontier());
    let Sources { entries, commands } = sources;
    let (send, chunks) = sync_channel(1);
    let (send_commands, there) = sync_channel(COMMANDS_AHEAD);
    thread::scope(|scope| {
        let reader = scope.spawn(move || entries.read_all(&send));
        let command_reader = scope.spawn(move || match commands {
            Some(commands) => commands.read_all(&send_commands),
            None => Ok(Findings::default()),
        });
        // Both readers end when nobody takes what they read: an error must drop the receivers.
        let mut beside = Beside {
            commands: Commands::new(there),
            signed: SignedCommands::new(offline.rules.clone(), offline.scratch),
        };
        passed.take_all(ledger, chunks, &mut beside, offline)?;
        passed.finish(beside)?;
        for reader in [reader, command_reader] {
            passed.findings.append(reader.join().map_err(|_| BundleError::Interrupted)??);
        }
        Ok(passed)
    })
}

impl Passed {
    fn take_all(
        &mut self,
        ledger: &LedgerId,
        chunks: Receiver<Chunk>,
        beside: &mut Beside,
        offline: &mut Offline<'_>,
    ) -> Result<(), BundleError> {
        let mut before: Option<Receiver<Ready>> = None;
        for chunk in chunks {
            for entry in chunk.entries() {
                if entry.place() == 0 {
                    opening::compare(entry.bytes(), &offline.trust, &mut self.findings);
                }
                if let Some((rule, expected, found)) = self.keys.learn(&entry) {
                    self.findings.add(Some(entry.place()), rule, expected, found);
                }
            }
            // The heavy part of these runs on all cores while those before are put in order.
            let ready = start(chunk, ledger, &self.keys, offline);
            if let Some(before) = before.replace(ready) {
                self.take(&before, beside, offline)?;
            }
        }
        before.map_or(Ok(()), |last| self.take(&last, beside, offline))
    }

    fn finish(&mut self, beside: Beside) -> Result<(), BundleError> {
        self.replay.finish(&mut self.findings);
        let Beside { commands, signed } = beside;
        self.commands = commands.finish(&mut self.findings);
        self.signed_commands = signed.finish(self.keys.history(), &mut self.findings)?;
        Ok(())
    }

    fn take(
        &mut self,
        ready: &Receiver<Ready>,
        beside: &mut Beside,
        offline: &mut Offline<'_>,
    ) -> Result<(), BundleError> {
        let Ready { chunk, told } = ready.recv().map_err(|_| BundleError::Interrupted)?;
        match told {
            Told::Everything(told) => {
                for (entry, checked) in chunk.entries().zip(&told) {
                    self.take_entry(entry, checked, beside, offline)?;
                }
            }
            Told::Links(told) => {
                for Linked { place, leaf, previous, faults } in &told {
                    self.chain.link(*place, *leaf, *previous, faults, &mut self.findings);
                    self.roots.see(self.chain.frontier());
                }
            }
        }
        (offline.progress)(self.chain.entries());
        Ok(())
    }

    fn take_entry(
        &mut self,
        entry: BundledEntry<'_>,
        checked: &Checked,
        beside: &mut Beside,
        offline: &mut Offline<'_>,
    ) -> Result<(), BundleError> {
        self.chain.take(checked, &mut self.findings);
        self.roots.see(self.chain.frontier());
        beside.signed.take_leaf(checked.leaf)?;
        let Some(said) = &checked.said else { return Ok(()) };
        let (place, partitions) = (checked.place, &mut self.partitions);
        let begun = beside.commands.take(place, said.command, &mut self.findings);
        beside.signed.take(entry, said, begun, self.keys.history(), &mut self.findings)?;
        let mut written = Ok(());
        self.replay.take(place, said, &mut self.findings, |step, _| match step {
            // A command that goes on breaks no rule, so nothing has to be replayed.
            Step::SameCommand(_) => {}
            step => {
                if written.is_ok() {
                    written = partitions.write(place, &step);
                }
            }
        });
        (offline.observe)(&observed(entry, said));
        written.map_err(BundleError::Scratch)
    }
}

fn observed<'a>(entry: BundledEntry<'a>, said: &'a Said) -> ObservedEntry<'a> {
    ObservedEntry {
        position: entry.place(),
        recorded: said.recorded,
        stream: &said.stream,
        event: &said.event,
        payload: entry.from(said.payload_offset),
    }
}

fn start(
    chunk: Chunk,
    ledger: &LedgerId,
    keys: &KeysInForce,
    offline: &Offline<'_>,
) -> Receiver<Ready> {
    let (send, ready) = sync_channel(1);
    let (rules, keys, ledger) = (offline.rules.clone(), keys.clone(), ledger.clone());
    let depth = offline.depth;
    let check = move || {
        let entries: Vec<_> = chunk.entries().collect();
        let told = match depth {
            Depth::Everything => Told::Everything(check_entries(&entries, &keys, &*rules)),
            Depth::ChainAndTree => Told::Links(check_links(&entries, &ledger)),
        };
        Ready { chunk, told }
    };
    rayon::spawn(move || {
        // A panic here would end the whole program; not answering ends the verification only.
        if let Ok(ready) = catch_unwind(AssertUnwindSafe(check)) {
            // Whoever waits for it may have given up.
            let _ = send.send(ready);
        }
    });
    ready
}
