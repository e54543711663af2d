//! What somebody does to entries who has the ledger's key and the database: changes them, chains and
//! signs them anew, and makes as much of what stands beside them fit as is asked for.

use std::fs;

use ledger::checkpoint::Checkpoint;
use ledger::clock::Moment;
use ledger::entry::{self, Entry};
use ledger::hash::{self, Hash};
use ledger::key::LedgerKey;
use ledger::signed_command::SignedCommand;
use ledger::tile::edge::{FullTile, TileEdge};
use sqlx::{Connection, Executor, PgConnection};
use tests::bureau::LEDGER;
use tests::throwaway::Throwaway;

/// How much is made to fit the changed entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fitting {
    /// Only their own rows.
    Rows,
    /// And the head.
    Head,
    /// And the tiles, and a checkpoint signed over them in the place of the others.
    Checkpoints,
    /// And the checkpoint file.
    File,
}

/// The entries, to be changed.
pub(super) struct History {
    key: LedgerKey,
    origin: String,
    entries: Vec<(Vec<u8>, Vec<u8>)>,
    /// Hash under which a command is kept, and its bytes.
    commands: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The private half of the ledger's key.
pub(super) fn ledger_key(place: &Throwaway) -> LedgerKey {
    let path = place.data().keys().join(format!("{LEDGER}.key"));
    let seed = hex::decode(fs::read_to_string(path).unwrap().trim()).unwrap();
    LedgerKey::from_seed(seed.try_into().unwrap()).unwrap()
}

/// The entries' bytes and signatures, in order of their rows.
pub(super) async fn entries(session: &mut PgConnection) -> Vec<(Vec<u8>, Vec<u8>)> {
    sqlx::query_as("select entry, signature from entries where ledger_id = $1 order by position")
        .bind(LEDGER)
        .fetch_all(session)
        .await
        .unwrap()
}

impl History {
    pub(super) async fn read(place: &Throwaway, origin: &str) -> Self {
        let mut session = place.administrator_session().await;
        let entries = entries(&mut session).await;
        let commands = sqlx::query_as("select hash, command from commands where ledger_id = $1")
            .bind(LEDGER)
            .fetch_all(&mut session)
            .await
            .unwrap();
        session.close().await.unwrap();
        Self { key: ledger_key(place), origin: origin.to_owned(), entries, commands }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn text(&self, at: usize) -> String {
        String::from_utf8(self.entries[at].0.clone()).unwrap()
    }

    /// Replaces a part of an entry's text by one of the same length.
    pub(super) fn replace(&mut self, at: usize, from: &str, to: &str) {
        let text = self.text(at);
        assert!(text.contains(from) && from.len() == to.len(), "{from} in {text}");
        self.entries[at].0 = text.replacen(from, to, 1).into_bytes();
    }

    /// Signs an entry as it is now.
    pub(super) fn sign(&mut self, at: usize) {
        let leaf = hash::leaf(&self.entries[at].0);
        self.entries[at].1 = self.key.sign_leaf(&leaf).0.to_vec();
    }

    /// Gives every entry from there on its place, chains it to the one before, and signs it.
    pub(super) fn chain_from(&mut self, first: usize) {
        for at in first..self.entries.len() {
            let previous = hash::leaf(&self.entries[at - 1].0);
            let position = u64::try_from(at).unwrap();
            self.encode(at, |entry| (entry.previous, entry.position) = (previous, position));
        }
    }

    fn encode(&mut self, at: usize, change: impl FnOnce(&mut Entry<'_>)) {
        let bytes = self.entries[at].0.clone();
        let view = entry::parse(&bytes).unwrap();
        let mut entry = Entry {
            ledger: &view.ledger,
            position: view.position,
            previous: view.previous,
            recorded: view.recorded,
            stream: &view.stream,
            sequence: view.sequence,
            event: &view.event,
            actor: &view.actor,
            request: view.request,
            command: view.command,
            signed_by: view.signed_by,
            payload: view.payload,
        };
        change(&mut entry);
        self.entries[at].0 = entry.encode().unwrap().0;
        self.sign(at);
    }

    /// Puts an entry among the others that opens a fund which nobody opened.
    pub(super) fn insert(&mut self, at: usize) {
        let (model, before) = (self.text(1), self.text(at - 1));
        let line = |text: &str, name: &str| {
            let found = text.lines().find(|line| line.starts_with(name)).unwrap();
            found[name.len()..].to_owned()
        };
        let fund = line(&model, "stream: fund/");
        let text = model
            .replace(&fund, "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11")
            .replace(&line(&model, "request: "), "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e10")
            .replace(&line(&model, "command: "), "-")
            .replace(&line(&model, "recorded: "), &line(&before, "recorded: "));
        self.entries.insert(at, (text.into_bytes(), Vec::new()));
        self.chain_from(at);
    }

    /// Puts an entry into a stream of its kind that nothing else is in.
    pub(super) fn move_to_another_stream(&mut self, at: usize) {
        let text = self.text(at);
        let line = text.lines().find(|line| line.starts_with("stream: ")).unwrap();
        let (kind, _) = line.split_once('/').unwrap();
        let other = format!("{kind}/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11");
        self.replace(at, line, &other);
        self.chain_from(at);
    }

    /// Records an entry once more, as the next one of its stream.
    pub(super) fn repeat(&mut self, at: usize) {
        let last = self.entries.len();
        self.entries.push(self.entries[at].clone());
        self.encode(last, |entry| entry.sequence += 1);
        self.chain_from(last);
    }

    /// Exchanges two neighbours.
    pub(super) fn swap(&mut self, at: usize) {
        self.entries.swap(at, at + 1);
        self.chain_from(at);
    }

    pub(super) fn remove(&mut self, at: usize) {
        self.entries.remove(at);
        self.chain_from(at);
    }

    pub(super) fn cut(&mut self, by: usize) {
        self.entries.truncate(self.entries.len() - by);
    }

    /// The envelope that an entry names, signed by somebody else's key instead; its place among the
    /// commands, and its bytes.
    fn strangers(&self, at: usize, stranger: &LedgerKey) -> (usize, Vec<u8>) {
        let named = entry::parse(&self.entries[at].0).unwrap().command.unwrap();
        let place = self.commands.iter().position(|(hash, _)| hash == named.as_bytes()).unwrap();
        let signed = SignedCommand::read(&self.commands[place].1).unwrap();
        let forged = SignedCommand::sign(signed.statement().clone(), stranger).unwrap();
        (place, forged.bytes())
    }

    /// Keeps another envelope in the place of the one that an entry names.
    pub(super) fn replace_command(&mut self, at: usize, stranger: &LedgerKey) {
        let (place, forged) = self.strangers(at, stranger);
        self.commands[place].1 = forged;
    }

    /// The same, and has the entry name it.
    pub(super) fn replace_command_and_its_hash(&mut self, at: usize, stranger: &LedgerKey) {
        let (place, forged) = self.strangers(at, stranger);
        let hash: Hash = hash::plain(&forged);
        self.commands[place] = (hash.as_bytes().to_vec(), forged);
        self.encode(at, |entry| entry.command = Some(hash));
        self.chain_from(at + 1);
    }

    /// Puts it all back.
    pub(super) async fn write(&self, place: &Throwaway, fitting: Fitting) {
        let mut session = place.administrator_session().await;
        session.execute("set session_replication_role = replica").await.unwrap();
        let mut transaction = session.begin().await.unwrap();
        self.write_rows(&mut transaction).await;
        let (mut edge, mut full) = (TileEdge::empty(), Vec::new());
        self.entries.iter().for_each(|(bytes, _)| edge.append(hash::leaf(bytes), &mut full));
        if fitting >= Fitting::Head {
            self.write_head(&mut transaction, &edge).await;
        }
        let (size, root) = (edge.size(), edge.root());
        let note = Checkpoint { origin: self.origin.clone(), size, root }.sign(&self.key);
        if fitting >= Fitting::Checkpoints {
            write_tiles(&mut transaction, &full).await;
            write_checkpoints(&mut transaction, size, &root, &note).await;
        }
        transaction.commit().await.unwrap();
        session.close().await.unwrap();
        if fitting == Fitting::File {
            fs::write(place.data().checkpoint(&LEDGER), note).unwrap();
        }
    }

    async fn write_rows(&self, session: &mut PgConnection) {
        for table in ["entries", "commands"] {
            let empty = format!("delete from {table} where ledger_id = '{LEDGER}'");
            session.execute(empty.as_str()).await.unwrap();
        }
        for (hash, command) in &self.commands {
            sqlx::query("insert into commands values ($1, $2, $3)")
                .bind(LEDGER)
                .bind(hash)
                .bind(command)
                .execute(&mut *session)
                .await
                .unwrap();
        }
        for (position, (bytes, signature)) in (0i64..).zip(&self.entries) {
            let view = entry::parse(bytes).unwrap();
            sqlx::query(
                "insert into entries values ($1, $2, $3, $4, $5, $6, \
                 'epoch'::timestamptz + $7 * interval '1 microsecond', $8, $9, $10, $11, $12)",
            )
            .bind(LEDGER)
            .bind(position)
            .bind(view.stream.kind())
            .bind(view.stream.id())
            .bind(i64::try_from(view.sequence).unwrap())
            .bind(view.event.as_str())
            .bind(view.recorded.micros())
            .bind(view.request)
            .bind(i32::try_from(view.payload_offset).unwrap())
            .bind(bytes)
            .bind(&hash::leaf(bytes).as_bytes()[..])
            .bind(signature)
            .execute(&mut *session)
            .await
            .unwrap();
        }
    }

    async fn write_head(&self, session: &mut PgConnection, edge: &TileEdge) {
        let last = &self.entries.last().unwrap().0;
        let recorded: Moment = entry::parse(last).unwrap().recorded;
        sqlx::query(
            "update heads set position = $2, leaf = $3, frontier = $4, \
             recorded_at = 'epoch'::timestamptz + $5 * interval '1 microsecond' \
             where ledger_id = $1",
        )
        .bind(LEDGER)
        .bind(i64::try_from(edge.size()).unwrap() - 1)
        .bind(&hash::leaf(last).as_bytes()[..])
        .bind(edge.frontier().to_bytes())
        .bind(recorded.micros())
        .execute(session)
        .await
        .unwrap();
    }
}

async fn write_tiles(session: &mut PgConnection, full: &[FullTile]) {
    let empty = format!("delete from tiles where ledger_id = '{LEDGER}'");
    session.execute(empty.as_str()).await.unwrap();
    let ledger = ledger::LedgerId::parse(LEDGER).unwrap();
    ledger::tile::store::write(session, &ledger, full).await.unwrap();
}

async fn write_checkpoints(session: &mut PgConnection, size: u64, root: &Hash, note: &str) {
    for table in ["cosignatures", "kept_checkpoints", "latest_checkpoints"] {
        let empty = format!("delete from {table} where ledger_id = '{LEDGER}'");
        session.execute(empty.as_str()).await.unwrap();
    }
    for table in ["kept_checkpoints", "latest_checkpoints"] {
        let insert = format!("insert into {table} values ($1, $2, $3, $4, now())");
        sqlx::query(&insert)
            .bind(LEDGER)
            .bind(i64::try_from(size).unwrap())
            .bind(&root.as_bytes()[..])
            .bind(note)
            .execute(&mut *session)
            .await
            .unwrap();
    }
}
