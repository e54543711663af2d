//! Parts of tests that must be processes: to be killed, or to run as somebody else.
//!
//! A part is a test function of the same binary, marked `#[ignore]`, that does something only when
//! [`argument`] is there. [`Part::start`] runs this very binary again for that one function.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;

use nix::unistd::{Uid, User};

use crate::scratch::ScratchDirectory;

const ARGUMENT: &str = "MINGZHANG_TEST_ARGUMENT";
const SAID: &str = "part says: ";

/// What the test gave to the part that this process runs; none where this is no part.
pub fn argument() -> Option<String> {
    std::env::var(ARGUMENT).ok()
}

/// Tells the test a line.
pub fn say(line: &str) {
    println!("{SAID}{line}");
}

/// Waits until the test wants this part to go on, or is dead.
pub fn wait_for_the_test() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

/// A running part.
pub struct Part {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Part {
    /// Runs the test function `name` (with its modules) in a process of its own.
    pub fn start(name: &str, argument: &str) -> Self {
        let this = std::env::current_exe().unwrap();
        Self::run(&mut Command::new(this), name, argument)
    }

    /// The same in a process, and with it in every child of that process, that can make no file
    /// larger than `kilobytes`: what is written beyond fails as on a full disk. PostgreSQL ignores
    /// the signal (SIGXFSZ) that would come with it, for this very purpose; so does the part.
    pub fn start_with_small_files(name: &str, argument: &str, kilobytes: u32) -> Self {
        let this = std::env::current_exe().unwrap();
        let mut command = Command::new("bash");
        let limited = "trap '' XFSZ; ulimit -f \"$0\" && exec \"$@\"";
        command.arg("-c").arg(limited).arg(kilobytes.to_string()).arg(this);
        Self::run(&mut command, name, argument)
    }

    /// The same under a normal account, from a copy of this binary that the account can reach, with
    /// a home and a directory for temporary files of its own. Only root can.
    pub fn start_as(account: &User, place: &ScratchDirectory, name: &str, argument: &str) -> Self {
        let copy = place.join("part");
        copy_program(&copy);
        let home = place.join("home");
        std::fs::create_dir(&home).unwrap();
        std::os::unix::fs::chown(&home, Some(account.uid.as_raw()), Some(account.gid.as_raw()))
            .unwrap();
        let mut command = Command::new(copy);
        command
            .uid(account.uid.as_raw())
            .gid(account.gid.as_raw())
            .env("HOME", &home)
            .env("TMPDIR", &home)
            .env("USER", &account.name)
            .current_dir(&home);
        Self::run(&mut command, name, argument)
    }

    fn run(command: &mut Command, name: &str, argument: &str) -> Self {
        let mut child = command
            .args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"])
            .env(ARGUMENT, argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// The next line that the part says; panics where it ends without.
    pub fn hear(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the part ended in silence");
            if let Some((_, said)) = line.split_once(SAID) {
                return said.trim_end().to_owned();
            }
        }
    }

    /// Kills it (SIGKILL), so that it can tidy nothing away.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Hears everything that the part says while the test does something else, so that a part that
    /// says much never waits for a reader.
    pub fn listen(self) -> Listening {
        let Self { child, input, output } = self;
        let (tell, told) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            for line in output.lines() {
                // The last line of a part that was killed may be half a line.
                let Ok(line) = line else { return };
                if let Some((_, said)) = line.split_once(SAID)
                    && tell.send(said.to_owned()).is_err()
                {
                    return;
                }
            }
        });
        Listening { child, _input: input, told, reader }
    }

    /// Lets it go on, and asserts that it ended well.
    pub fn finish(mut self) {
        drop(self.input.take());
        // Nobody reads on, so a part that says more must not wait for a reader.
        std::io::copy(&mut self.output, &mut std::io::sink()).unwrap();
        assert!(self.child.wait().unwrap().success(), "the part failed");
    }
}

/// A running part that is heard in the background.
pub struct Listening {
    child: Child,
    /// Kept open: a part may end when nobody is there any more.
    _input: Option<ChildStdin>,
    told: mpsc::Receiver<String>,
    reader: JoinHandle<()>,
}

impl Listening {
    /// The next line that the part says; `None` where it has ended.
    pub fn hear(&self) -> Option<String> {
        self.told.recv().ok()
    }

    /// Kills it (SIGKILL) and gives every line that it said and nobody has heard yet.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.reader.join().unwrap();
        self.told.try_iter().collect()
    }
}

/// Copies this binary, by a process of its own: were the file open for writing in this one, a child
/// that another test starts in that moment would inherit the handle, and until it let go of it the
/// system would refuse to run the copy (ETXTBSY).
fn copy_program(to: &Path) {
    let this = std::env::current_exe().unwrap();
    let copied = Command::new("cp").arg(this).arg(to).status().unwrap();
    assert!(copied.success(), "the binary could not be copied");
}

/// Runs the test function `name` of this binary as root and says whether that was possible: it is
/// where sudo asks for no password.
pub fn pass_as_root(name: &str) -> bool {
    let sudo = |arguments: &[&std::ffi::OsStr]| {
        let mut command = Command::new("sudo");
        command.arg("-n").args(arguments).stdin(Stdio::null()).status()
    };
    if !sudo(&["true".as_ref()]).is_ok_and(|status| status.success()) {
        return false;
    }
    let this = std::env::current_exe().unwrap();
    let passed = sudo(&[this.as_ref(), "--exact".as_ref(), name.as_ref()]).unwrap();
    assert!(passed.success(), "{name} fails as root");
    true
}

/// Whether this process is root's.
pub fn we_are_root() -> bool {
    Uid::effective().is_root()
}

/// A normal account to run a part as; none where the machine has none.
pub fn normal_account() -> Option<User> {
    User::from_name("nobody").ok().flatten()
}

/// Owner of a file, by id.
pub fn owner(path: &Path) -> u32 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).unwrap().uid()
}
