//! The `mingzhang` program, as built beside the tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

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
