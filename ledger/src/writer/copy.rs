//! PostgreSQL's binary COPY format, as much of it as the writer sends.

/// Microseconds from 1970 to 2000, where PostgreSQL's timestamps begin.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Rows of one COPY, cut into pieces that are sent as they fill.
pub(super) struct CopyRows {
    pieces: Vec<Vec<u8>>,
    piece: Vec<u8>,
}

/// A piece is sent when it has grown to this many bytes.
const PIECE: usize = 1 << 20;

impl CopyRows {
    pub(super) fn new() -> Self {
        let mut piece = Vec::with_capacity(PIECE.saturating_add(1 << 12));
        piece.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
        piece.extend_from_slice(&[0; 8]);
        Self { pieces: Vec::new(), piece }
    }

    pub(super) fn row(&mut self, columns: i16) -> &mut Self {
        if self.piece.len() >= PIECE {
            let full = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
            self.pieces.push(full);
        }
        self.piece.extend_from_slice(&columns.to_be_bytes());
        self
    }

    pub(super) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        // A value is an entry, a hash, a name or a command: PostgreSQL refuses one over 1 GiB,
        // and a length that does not fit is sent as one that it refuses too.
        let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
        self.piece.extend_from_slice(&length.to_be_bytes());
        self.piece.extend_from_slice(value);
        self
    }

    pub(super) fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(super) fn bigint(&mut self, value: i64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(super) fn integer(&mut self, value: i32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(super) fn moment(&mut self, micros: i64) -> &mut Self {
        self.bigint(micros.saturating_sub(POSTGRES_EPOCH_MICROS))
    }

    pub(super) fn finish(mut self) -> Vec<Vec<u8>> {
        self.piece.extend_from_slice(&(-1i16).to_be_bytes());
        self.pieces.push(self.piece);
        self.pieces
    }
}
