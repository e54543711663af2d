//! What an entry must keep to besides its own stream: who may record it, and a list that was confirmed.

use crate::access::Access;
use crate::effects::Effects;
use crate::sealed_list::{ListCheck, ListRefusal};
use crate::verify::entries::Said;
use crate::verify::finding::Findings;

const LIST: &str = "a confirmed list";

/// Goes through the entries in order.
#[derive(Debug, Default)]
pub(in crate::verify) struct Bounds {
    access: Access,
    lists: ListCheck,
    /// The entry before.
    last: Option<u64>,
}

impl Bounds {
    /// Goes on behind entries that were taken elsewhere, where no list is open.
    pub(in crate::verify) fn continuing(access: Access) -> Self {
        Self { access, ..Self::default() }
    }

    /// Takes the entry at the next place: whoever recorded it must have been allowed to, and a list goes on
    /// as it was announced. Then what it changes about who may.
    pub(in crate::verify) fn take(
        &mut self,
        place: u64,
        said: &Said,
        effects: &Effects,
        findings: &mut Findings,
    ) {
        self.last = Some(place);
        let permitted = self.access.check(&said.stream, &said.actor, effects);
        let refused = [permitted, self.access.take(&effects.access)];
        for refusal in refused.into_iter().filter_map(Result::err) {
            let (expected, found) = refusal.expected_and_found();
            findings.add(Some(place), "who may record", expected, found);
        }
        let listed = self.lists.take(said.request, effects.list.as_ref());
        self.tell(listed, findings);
    }

    /// No entry follows.
    pub(in crate::verify) fn finish(&mut self, findings: &mut Findings) {
        let listed = self.lists.finish();
        self.tell(listed, findings);
    }

    fn tell(&self, listed: Result<(), ListRefusal>, findings: &mut Findings) {
        if let Err(refusal) = listed {
            let (expected, found) = refusal.expected_and_found();
            findings.add(self.last, LIST, expected, found);
        }
    }
}
