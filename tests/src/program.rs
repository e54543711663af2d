//! The `mingzhang` program, as built beside the tests.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Root of the checkout.
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Where cargo puts what it builds with the tests' profile, for example `target/debug`.
pub fn build_directory() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let deps = test.ancestors().find(|path| path.ends_with("deps")).expect("run by cargo");
    deps.parent().unwrap().to_owned()
}

/// A command that runs the program on `data`, with nothing of our own environment that would send
/// it to another database. The program is brought up to date first, once for each test run.
pub fn mingzhang(data: &Path) -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let program = BUILT.get_or_init(|| {
        // The same selection as `make demo`, so that nothing is built in two ways.
        let build = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--workspace", "--bins"])
            .current_dir(checkout())
            .status();
        assert!(build.unwrap().success(), "the program does not build");
        build_directory().join("mingzhang")
    });
    let mut command = Command::new(program);
    command.env_remove("DATABASE_URL").arg("--data").arg(data);
    command
}

/// A running `mingzhang serve` on a free port that only this machine reaches; killed when dropped.
pub struct Serving {
    child: Child,
    url: String,
    /// Kept, so that the program always has somebody to write to.
    output: BufReader<ChildStdout>,
}

impl Serving {
    /// Starts it on the data that the command names, and returns when it listens.
    pub fn start(mut mingzhang: Command) -> Self {
        Self::start_with(&mut mingzhang, &[])
    }

    /// The same with more arguments.
    pub fn start_with(mingzhang: &mut Command, arguments: &[&str]) -> Self {
        let serve = mingzhang.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let serve = serve.stdin(Stdio::null());
        let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut serving = Self { child, url: String::new(), output };
        let mut line = String::new();
        serving.output.read_line(&mut line).unwrap();
        let listens = ["http://127.0.0.1:", "https://127.0.0.1:"];
        let listens = listens.iter().any(|begin| line.starts_with(begin));
        assert!(listens, "it does not listen: {line:?}");
        line.trim_end().clone_into(&mut serving.url);
        serving
    }

    /// Where it answers GraphQL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Tells it to stop, and asserts that it ended well.
    pub fn stop(mut self) {
        let process = i32::try_from(self.child.id()).unwrap();
        kill(Pid::from_raw(process), Signal::SIGTERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "the server ended with {status}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // One that has ended is not there to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
