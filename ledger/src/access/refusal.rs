//! Why somebody may not record something.

/// Why somebody may not record something, or change who may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told_with(|_| None))]
pub enum AccessRefusal {
    /// The event says that somebody else acted.
    AnotherOfficer {
        /// Whom it names.
        named: String,
        /// Who acts.
        actor: String,
    },
    /// A part of the program acts where only officers may.
    NoOfficer {
        /// Who acts.
        actor: String,
    },
    /// Nobody signed in as that officer.
    NotSignedIn {
        /// The id.
        officer: String,
    },
    /// Nobody of this id was enrolled.
    NotEnrolled {
        /// The id.
        officer: String,
    },
    /// The officer holds none of the roles that may record it.
    NoRole {
        /// The id.
        officer: String,
        /// The roles that the officer holds.
        held: Vec<&'static str>,
        /// The roles of which one is needed.
        one_of: &'static [&'static str],
    },
    /// No role may record it by itself.
    ForNobody {
        /// The id of who acts.
        officer: String,
    },
    /// Nobody would be left who could give roles.
    NobodyLeft {
        /// The role.
        role: &'static str,
    },
}

fn listed(roles: &[&str]) -> String {
    if roles.is_empty() { "-".to_owned() } else { roles.join(", ") }
}

impl AccessRefusal {
    /// The message for a clerk, in Chinese and English, with the Chinese names of roles where they are
    /// known.
    pub fn told_with(&self, name_zh: impl Fn(&str) -> Option<&'static str>) -> String {
        let named = |role: &&'static str| name_zh(role).unwrap_or(role);
        let listed_zh = |roles: &[&'static str]| match roles {
            [] => "无".to_owned(),
            roles => roles.iter().map(named).collect::<Vec<_>>().join("、"),
        };
        match self {
            Self::AnotherOfficer { named, actor } => format!(
                "此事记为人员 {named} 办理,实为 {actor} / this names the officer {named}, and {actor} acts"
            ),
            Self::NoOfficer { actor } => format!(
                "本账本须由经办人员记账,{actor} 不是人员 / only officers may record here, and {actor} is none"
            ),
            Self::NotSignedIn { officer } => format!(
                "本账本须登录后使用,{officer} 尚未登录(mingzhang login) / this ledger is for officers who are signed in, and {officer} is not (mingzhang login)"
            ),
            Self::NotEnrolled { officer } => {
                format!("人员 {officer} 未登记 / the officer {officer} is not enrolled")
            }
            Self::NoRole { officer, held, one_of } => format!(
                "人员 {officer} 无权办理此事:须具有 {} 之一,现有 {} / the officer {officer} may not do this: it needs one of {}, held are {}",
                listed_zh(one_of),
                listed_zh(held),
                listed(one_of),
                listed(held)
            ),
            Self::ForNobody { .. } => "本账本要求人员分工,此事不得单独直接记账 / this ledger requires officers, and nobody may record this directly".to_owned(),
            Self::NobodyLeft { role } => format!(
                "至少须有一名{} / at least one officer must hold the role {role}",
                named(role)
            ),
        }
    }

    /// For a finding: what must be there, and what is there.
    pub fn expected_and_found(&self) -> (String, String) {
        match self {
            Self::AnotherOfficer { named, actor } => (format!("officer/{named}"), actor.clone()),
            Self::NoOfficer { actor } => ("an enrolled officer".to_owned(), actor.clone()),
            Self::NotSignedIn { officer } => {
                ("an officer who is signed in".to_owned(), format!("officer/{officer}"))
            }
            Self::NotEnrolled { officer } => {
                ("an enrolled officer".to_owned(), format!("officer/{officer}, who is not"))
            }
            Self::NoRole { officer, held, one_of } => (
                format!("an officer with one of the roles {}", listed(one_of)),
                format!("officer/{officer} with {}", listed(held)),
            ),
            Self::ForNobody { officer } => (
                "no event that is recorded directly".to_owned(),
                format!("one by officer/{officer}"),
            ),
            Self::NobodyLeft { role } => {
                (format!("somebody who holds the role {role}"), "nobody".to_owned())
            }
        }
    }
}
