//! The stages in the documentation are those that the rules allow.

use super::*;

/// Every command, as it would be asked by somebody who has had no hand in the batch.
fn every_command(number: u128) -> Vec<BatchCommand> {
    let fresh = format!("fresh-{number}");
    vec![
        draft(number, "maker", two_lines()),
        BatchCommand::SubmitBatch(step(number, "maker")),
        BatchCommand::ReviewBatch(step(number, &fresh)),
        approve(number, &fresh, LIST),
        release(number, &fresh),
        send_back(number, &fresh),
        cancel(number, &fresh),
        BatchCommand::AdvanceBatch(step(number, &fresh)),
        review_papers(number, &fresh),
        BatchCommand::CompletePapers(step(number, &fresh)),
        BatchCommand::CloseBatch(step(number, &fresh)),
    ]
}

/// Walks from every batch that can be reached by every command, as far as there is something new.
fn transitions() -> BTreeSet<String> {
    // What needs two approvals is never advanced.
    let mut found = transitions_where(&facts_needing(2));
    found.extend(transitions_where(&facts_needing(1)));
    found
}

fn transitions_where(facts: &BatchFacts) -> BTreeSet<String> {
    let facts = BatchFacts { unanswered: Some(0), ..facts.clone() };
    let mut found = BTreeSet::new();
    let mut reached = BTreeMap::from([(("absent", None), Batch::Absent)]);
    let mut walked = BTreeSet::new();
    let mut number = 100;
    loop {
        let next = reached.iter().find(|(key, _)| !walked.contains(*key));
        let Some((key, batch)) = next.map(|(key, batch)| (*key, batch.clone())) else {
            return found;
        };
        walked.insert(key);
        number += 1;
        for command in every_command(number) {
            let Ok(Some(event)) = batch.decide(command, &facts) else { continue };
            let name = event.name().split(' ').next().unwrap().to_owned();
            let mut after = batch.clone();
            after.apply(event);
            found.insert(format!("{} -> {name} -> {}", stands(&batch), stands(&after)));
            reached.entry((stands(&after), after.approvals())).or_insert(after);
        }
    }
}

#[test]
fn the_stages_in_the_documentation_are_all_that_there_are() {
    let documented: BTreeSet<String> = include_str!("../mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .filter(|line| line.matches(" -> ").count() == 2)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(documented, transitions());
    assert_eq!(documented.len(), 18);
}
