//! Finding the programs of a PostgreSQL on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::DatabaseError;

/// The one line that installs PostgreSQL on this kind of machine.
pub(super) fn install_line() -> &'static str {
    const LINES: [(&str, &str); 5] = [
        ("apt-get", "sudo apt-get install -y postgresql"),
        ("dnf", "sudo dnf install -y postgresql-server"),
        ("pacman", "sudo pacman -S postgresql"),
        ("apk", "sudo apk add postgresql"),
        ("brew", "brew install postgresql@17"),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed =
        |tool: &str| std::env::split_paths(&path).any(|place| place.join(tool).is_file());
    LINES
        .iter()
        .find(|(tool, _)| installed(tool))
        .map_or("see https://www.postgresql.org/download/", |(_, line)| line)
}

/// A directory that holds `postgres`, `initdb` and `pg_ctl` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresPrograms {
    directory: PathBuf,
    major: u32,
}

impl PostgresPrograms {
    /// Looks on `PATH`, asks `pg_config`, then looks where Debian, Fedora and Homebrew put every
    /// version, newest first. A cluster needs the version that made it; a new one takes the first.
    pub(super) fn find(cluster: &Path) -> Result<Self, DatabaseError> {
        Self::choose(&places(), cluster)
    }

    fn choose(places: &[PathBuf], cluster: &Path) -> Result<Self, DatabaseError> {
        let mut found: Vec<Self> = Vec::new();
        let made_by = version_of(cluster);
        for place in places {
            let Some(programs) = Self::at(place) else {
                continue;
            };
            if made_by.is_none_or(|major| major == programs.major) {
                return Ok(programs);
            }
            found.push(programs);
        }
        match made_by {
            Some(made_by) if !found.is_empty() => Err(DatabaseError::OtherPostgresVersion {
                cluster: cluster.to_owned(),
                made_by,
                found: versions(&found),
            }),
            _ => Err(DatabaseError::PostgresMissing),
        }
    }

    fn at(place: &Path) -> Option<Self> {
        // A link in a directory of links would not find its own share directory by every build.
        let directory = place.join("postgres").canonicalize().ok()?.parent()?.to_owned();
        let complete = ["initdb", "pg_ctl"].iter().all(|name| directory.join(name).is_file());
        let said = output_of(Command::new(directory.join("postgres")).arg("--version"))?;
        let major =
            said.split(')').nth(1)?.trim().split(['.', ' ']).next().and_then(leading_number)?;
        complete.then_some(Self { directory, major })
    }

    /// Path of one of the programs, for example `pg_dump`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Major version, for example 15.
    pub fn major(&self) -> u32 {
        self.major
    }
}

fn versions(found: &[PostgresPrograms]) -> String {
    let mut majors: Vec<u32> = found.iter().map(|programs| programs.major).collect();
    majors.sort_unstable_by(|left, right| right.cmp(left));
    majors.dedup();
    majors.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

/// The major version that made a cluster, or none where there is no cluster yet.
fn version_of(cluster: &Path) -> Option<u32> {
    std::fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let configured = output_of(Command::new("pg_config").arg("--bindir"));
    places.extend(configured.map(|directory| PathBuf::from(directory.trim())));
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
    ] {
        places.extend(versioned(Path::new(parent), prefix));
    }
    places
}

/// `parent/<prefix>NN/bin`, the largest number first.
fn versioned(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut numbered: Vec<(u32, PathBuf)> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, path)| path).collect()
}

fn leading_number(text: &str) -> Option<u32> {
    // A version in preparation is written 19beta1.
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.get(..digits)?.parse().ok()
}

fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("mingzhang-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Written by a shell: a file that this process has open for writing cannot be run while
    /// another test starts a child.
    fn pretend(directory: &Path, version: &str) {
        fs::create_dir_all(directory).unwrap();
        for name in ["postgres", "initdb", "pg_ctl"] {
            let script = format!(
                "printf '#!/bin/sh\\necho postgres \\(PostgreSQL\\) {version}\\n' > {name}; chmod 755 {name}"
            );
            assert!(
                Command::new("sh")
                    .arg("-c")
                    .arg(script)
                    .current_dir(directory)
                    .status()
                    .unwrap()
                    .success()
            );
        }
    }

    #[test]
    fn a_machine_without_postgresql_is_told_the_line_that_installs_it() {
        let top = scratch("no-postgres");
        let error = PostgresPrograms::choose(std::slice::from_ref(&top), &top).unwrap_err();
        assert!(matches!(error, DatabaseError::PostgresMissing));
        assert!(error.to_string().contains("install"), "{error}");
        fs::remove_dir_all(top).unwrap();
    }

    #[test]
    fn a_cluster_is_served_by_the_version_that_made_it() {
        let top = scratch("two-postgres");
        let places: Vec<PathBuf> = versioned(&top, "")
            .into_iter()
            .chain([top.join("17/bin"), top.join("15/bin")])
            .collect();
        pretend(&top.join("17/bin"), "17.2");
        pretend(&top.join("15/bin"), "15.18");
        let cluster = top.join("cluster");
        assert_eq!(PostgresPrograms::choose(&places, &cluster).unwrap().major(), 17);
        fs::create_dir(&cluster).unwrap();
        fs::write(cluster.join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(PostgresPrograms::choose(&places, &cluster).unwrap().major(), 15);
        fs::write(cluster.join("PG_VERSION"), "14\n").unwrap();
        let error = PostgresPrograms::choose(&places, &cluster).unwrap_err().to_string();
        assert!(error.contains("PostgreSQL 14") && error.contains("17, 15"), "{error}");
        fs::remove_dir_all(top).unwrap();
    }

    #[test]
    fn the_newest_of_several_versions_comes_first() {
        let top = scratch("versions");
        for name in ["9", "15", "16", "other"] {
            fs::create_dir(top.join(name)).unwrap();
        }
        let order: Vec<PathBuf> =
            ["16", "15", "9"].iter().map(|n| top.join(n).join("bin")).collect();
        assert_eq!(versioned(&top, ""), order);
        fs::remove_dir_all(top).unwrap();
    }
}
