//! What an inspector has on any machine: Python, unzip, a text editor.

use std::io::ErrorKind;
use std::process::{Command, Output};

use tests::not_run;

use super::Desk;

/// Runs a program that a machine may lack; says so where it does.
fn run(name: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(name).args(arguments).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            not_run::report(&format!("reading a bundle with {name}"), "it is not installed");
            None
        }
        output => Some(output.unwrap()),
    }
}

/// Checks sums, digests, counts and the spelling of rows with Python's own library.
const PYTHON: &str = r#"
import csv, hashlib, io, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
names = archive.namelist()
assert len(names) == len(set(names)) and names[-1] == "manifest.json", names
manifest = json.loads(archive.read("manifest.json"))
assert manifest["format"] == 1 and manifest["ledger"] == "cn-320404", manifest
assert [member["name"] for member in manifest["members"]] == names[:-1], names
for member in manifest["members"]:
    content = archive.read(member["name"])
    assert hashlib.sha256(content).hexdigest() == member["sha256"], member
    assert len(content) == member["bytes"], member
rows = {member["name"]: member["rows"] for member in manifest["members"]}
def lengths(content, width):
    count, at = 0, 0
    while at < len(content):
        at += width + int.from_bytes(content[at:at + width], "big")
        count += 1
    assert at == len(content)
    return count
assert lengths(archive.read("entries.bin"), 2) == manifest["size"] == rows["entries.bin"]
assert lengths(archive.read("commands.bin"), 4) == rows["commands.bin"]
assert len(archive.read("signatures.bin")) == 64 * manifest["size"]
for name in ["balances.csv", "totals.csv"]:
    table = list(csv.reader(io.StringIO(archive.read(name).decode())))
    assert len(table) - 1 == rows[name] > 0, name
    assert table[1:] == sorted(table[1:]), name
note = archive.read("checkpoints/%d" % manifest["size"]).decode()
assert note.split("\n")[:2] == [manifest["origin"], str(manifest["size"])], note
print("read", manifest["size"], "entries")
"#;

#[tokio::test(flavor = "multi_thread")]
async fn python_and_unzip_read_what_is_written() {
    let desk = Desk::new().await;
    let bundle = desk.export("bundle.zip");
    let path = bundle.to_str().unwrap();
    if let Some(read) = run("python3", &["-c", PYTHON, path]) {
        assert!(read.status.success(), "{read:?}");
        let said = String::from_utf8(read.stdout).unwrap();
        assert_eq!(said, format!("read {} entries\n", desk.bureau.size().await));
    }
    if let Some(tested) = run("unzip", &["-t", path]) {
        assert!(tested.status.success(), "{tested:?}");
        let said = String::from_utf8(tested.stdout).unwrap();
        assert!(said.contains("No errors detected"), "{said}");
    }
    desk.bureau.check_ledger().await;
}
