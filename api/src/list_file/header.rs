//! The first row: which column stands where.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::column::ListColumn;
use super::error::RowError;
use super::rule::Rule;
use super::trimmed;

/// The places of the columns in this file.
pub(crate) struct Header<C> {
    /// By the column's number; `None` for a column that the file does not have.
    places: Vec<Option<usize>>,
    /// For each place whether a column name stands there. Spreadsheets leave empty columns behind.
    named: Vec<bool>,
    columns: PhantomData<C>,
}

impl<C: ListColumn> Header<C> {
    /// Reads the first row. Unknown and repeated columns are refused by name, all of them; a column
    /// that is not there is missed only by a row that needs it.
    pub(super) fn read(cells: &[Cow<'_, str>]) -> Result<Self, Vec<RowError<C>>> {
        const ROW: u64 = 1;
        let places = vec![None; C::COLUMNS.len()];
        let mut header = Self { places, named: Vec::new(), columns: PhantomData };
        let mut errors = Vec::new();
        for (place, cell) in cells.iter().enumerate() {
            let name = trimmed(cell);
            header.named.push(!name.is_empty());
            match C::parse(name) {
                Some(column) if header.place(column).is_some() => {
                    errors.push(RowError::of_cell(ROW, column, name, Rule::DuplicateColumn));
                }
                Some(column) => {
                    if let Some(known) = header.places.get_mut(column.number()) {
                        *known = Some(place);
                    }
                }
                None if name.is_empty() => {}
                None => errors.push(RowError::of_stranger(ROW, name, Rule::UnknownColumn)),
            }
        }
        if header.places.iter().all(Option::is_none) {
            // Data in the first row, perhaps: its names are nobody's business.
            return Err(vec![RowError::of_row(ROW, Rule::no_header::<C>())]);
        }
        if errors.is_empty() { Ok(header) } else { Err(errors) }
    }

    fn place(&self, column: C) -> Option<usize> {
        self.places.get(column.number()).copied().flatten()
    }

    /// The cell of a column, trimmed; `None` where the file has no such column.
    pub(super) fn cell<'a>(&self, cells: &'a [Cow<'_, str>], column: C) -> Option<&'a str> {
        let place = self.place(column)?;
        Some(cells.get(place).map_or("", |cell| trimmed(cell)))
    }

    /// What stands under no column name.
    pub(super) fn strangers<'a>(&self, cells: &'a [Cow<'_, str>]) -> impl Iterator<Item = &'a str> {
        cells
            .iter()
            .enumerate()
            .filter(|(place, _)| !self.named.get(*place).is_some_and(|named| *named))
            .map(|(_, cell)| trimmed(cell))
            .filter(|cell| !cell.is_empty())
    }
}
