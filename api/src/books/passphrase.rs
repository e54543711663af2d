//! Where the passphrase of key files comes from: a file that only its owner reads, or the person at
//! the terminal. Never the command line and never the environment, which other processes can see.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use zeroize::Zeroizing;

/// Names the file that holds the passphrase.
pub const PASSPHRASE_FILE: &str = "MINGZHANG_KEY_PASSPHRASE_FILE";

/// A passphrase, wiped when dropped.
pub type Passphrase = Zeroizing<String>;

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum NoPassphrase {
    /// Nobody to ask.
    #[error(
        "需要口令:请将环境变量 {PASSPHRASE_FILE} 设为口令文件(权限 600),或在终端中运行 / a passphrase is needed: name its file (mode 600) in {PASSPHRASE_FILE}, or run this in a terminal"
    )]
    NobodyToAsk,
    /// The file cannot be read.
    #[error("口令文件 {path} 无法读取:{error} / passphrase file {path}: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Others may read the file.
    #[error(
        "口令文件 {path} 的权限是 {mode:03o},他人可以读取;请执行 chmod 600 / passphrase file {path} has mode {mode:03o}, others may read it: chmod 600"
    )]
    OpenToOthers {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// Nothing in it.
    #[error("口令为空 / the passphrase is empty")]
    Empty,
    /// The terminal failed.
    #[error("无法从终端读取口令:{0} / the passphrase cannot be read from the terminal: {0}")]
    Terminal(io::Error),
    /// Entered twice and not the same.
    #[error("两次输入的口令不一致 / the two passphrases differ")]
    Differ,
}

/// Gives the passphrase of a program's key files: one for all of them, asked for once.
#[derive(Debug, Default)]
pub struct Passphrases {
    file: Option<PathBuf>,
    terminal: bool,
    known: Mutex<Option<Passphrase>>,
}

impl Passphrases {
    /// The file that the environment names, or the terminal, if the program runs in one.
    pub fn of_this_program() -> Self {
        let file = std::env::var_os(PASSPHRASE_FILE).filter(|path| !path.is_empty());
        Self {
            file: file.map(PathBuf::from),
            terminal: io::stdin().is_terminal(),
            known: Mutex::default(),
        }
    }

    /// The passphrase in this file.
    pub fn in_file(file: PathBuf) -> Self {
        Self { file: Some(file), ..Self::default() }
    }

    /// The passphrase for opening `what`. May wait for somebody to type.
    ///
    /// # Errors
    /// When there is none.
    pub fn to_open(&self, what: &Path) -> Result<Passphrase, NoPassphrase> {
        self.given(|| ask(&format!("口令 / passphrase of {}: ", what.display())))
    }

    /// The passphrase for a file that is to be encrypted; typed twice where it is typed.
    ///
    /// # Errors
    /// When there is none.
    pub fn to_protect(&self, what: &Path) -> Result<Passphrase, NoPassphrase> {
        self.given(|| {
            let first = ask(&format!("新口令 / new passphrase of {}: ", what.display()))?;
            let second = ask("再次输入 / once more: ")?;
            if first == second { Ok(first) } else { Err(NoPassphrase::Differ) }
        })
    }

    /// Forgets what was typed: it opens nothing.
    pub(super) fn forget(&self) {
        if let Ok(mut known) = self.known.lock() {
            *known = None;
        }
    }

    fn given(
        &self,
        ask: impl FnOnce() -> Result<Passphrase, NoPassphrase>,
    ) -> Result<Passphrase, NoPassphrase> {
        // A thread that panicked while it asked leaves nothing half done.
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = &*known {
            return Ok(known.clone());
        }
        let given = match &self.file {
            Some(file) => read(file)?,
            None if self.terminal => ask()?,
            None => return Err(NoPassphrase::NobodyToAsk),
        };
        if given.is_empty() {
            return Err(NoPassphrase::Empty);
        }
        *known = Some(given.clone());
        Ok(given)
    }
}

fn ask(prompt: &str) -> Result<Passphrase, NoPassphrase> {
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(NoPassphrase::Terminal)
}

/// The file's content without its last line break.
fn read(path: &Path) -> Result<Passphrase, NoPassphrase> {
    let failed = |error| NoPassphrase::File { path: path.display().to_string(), error };
    let mut file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(NoPassphrase::OpenToOthers { path: path.display().to_string(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned()))
}
