//! Habits that a reader relies on, checked so that nobody has to remember them.

use std::path::{Path, PathBuf};

use tests::program::checkout;

/// A file is one thought. The few that need more than this are two.
const LONGEST_FILE: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] =
    ["util", "utils", "helper", "helpers", "manager", "service", "common"];

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![checkout().to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !path.is_symlink() {
                if !name.starts_with('.') && !["target", "data", "node_modules"].contains(&&*name) {
                    waiting.push(path);
                }
            } else if ["rs", "sql", "sh"].iter().any(|kind| path.extension() == Some(kind.as_ref()))
            {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn offenders(offends: impl Fn(&Path, &str) -> bool) -> Vec<PathBuf> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    sources().into_iter().filter(|path| offends(path, &read(path))).collect()
}

#[test]
fn no_file_is_longer_than_one_sits_down_to_read() {
    let long = offenders(|_, text| text.lines().count() > LONGEST_FILE);
    assert!(long.is_empty(), "more than {LONGEST_FILE} lines: {long:#?}");
}

#[test]
fn nothing_is_left_to_do_in_a_comment() {
    // Put together here, so that this file is not its own finding.
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    let left = offenders(|_, text| marks.iter().any(|mark| text.contains(mark)));
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    let empty = offenders(|path, _| {
        path.file_stem().is_some_and(|stem| EMPTY_NAMES.iter().any(|name| stem == *name))
    });
    assert!(empty.is_empty(), "{empty:#?}");
}

#[test]
fn the_steps_of_the_schema_are_numbered_without_gaps() {
    let numbers: Vec<i64> = migrations::STEPS.iter().map(|step| step.version).collect();
    assert_eq!(numbers, (1..=migrations::newest()).collect::<Vec<_>>());
}
