//! Invented households and persons.
//!
//! Identity numbers have birth years from 1800 to 1859: valid in themselves, but never issued to
//! anyone, because numbers began in 1984 and nobody born then was alive. The older somebody is in
//! the story, the earlier the year. Accounts begin with 620000, a prefix of no bank, and pass Luhn.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers of persons, days and households stay far below a million"
)]

use chrono::{Datelike, Days, NaiveDate};
use domain::account_number::passes_luhn;
use domain::identity::IdentityNumber;
use domain::region::Region;
use domain::vocabulary::Residency;

use super::DemoError;
use super::draw::Draw;
use super::place::{DISTRICT, PLACES, weights};
use super::values::{refused, region};

/// Whether somebody is old, of working age or a child, which decides the invented birth year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Born 1800 to 1819.
    Elder,
    /// Born 1820 to 1849.
    Adult,
    /// Born 1850 to 1859.
    Child,
}

impl Generation {
    const fn birth_years(self) -> (i32, i32) {
        match self {
            Self::Elder => (1800, 1820),
            Self::Adult => (1820, 1850),
            Self::Child => (1850, 1860),
        }
    }
}

/// An invented person.
pub(super) struct Person {
    /// Identity number.
    pub(super) number: IdentityNumber,
    /// Name.
    pub(super) name: String,
    /// Bank account.
    pub(super) account: String,
    /// Place in [`Population::households`].
    pub(super) household: usize,
}

/// An invented household: persons one after the other, its head first.
pub(super) struct Household {
    /// The bureau's own number, for example `ZL-003241`.
    pub(super) number: String,
    /// Place of the head in [`Population::persons`].
    pub(super) head: usize,
    /// How many persons.
    pub(super) size: usize,
    /// Place in [`PLACES`].
    pub(super) place: usize,
    /// Region code of the street or town.
    pub(super) region: Region,
    /// Urban or rural.
    pub(super) residency: Residency,
}

/// Everybody.
pub(super) struct Population {
    /// All households, in the order in which they were invented.
    pub(super) households: Vec<Household>,
    /// All persons, household by household.
    pub(super) persons: Vec<Person>,
    draw: Draw,
    invented: [usize; 3],
}

/// Where a new household lives.
#[derive(Debug, Clone, Copy)]
pub(super) enum Home {
    /// Anywhere in the district, as its shares say.
    Anywhere,
    /// In an urban street.
    Urban,
    /// In the town's villages.
    Rural,
}

impl Population {
    /// Nobody yet.
    pub(super) fn new() -> Self {
        Self {
            households: Vec::new(),
            persons: Vec::new(),
            draw: Draw::for_purpose("population"),
            invented: [0; 3],
        }
    }

    /// Invents a household with these members, the head first; gives its place.
    pub(super) fn settle(
        &mut self,
        members: &[Generation],
        home: Home,
    ) -> Result<usize, DemoError> {
        let at = self.households.len();
        let (place, residency) = self.choose_home(home);
        let code = PLACES.get(place).map_or(DISTRICT, |place| place.code);
        self.households.push(Household {
            number: format!("ZL-{:06}", at + 1),
            head: self.persons.len(),
            size: members.len(),
            place,
            region: region(code)?,
            residency,
        });
        let family = self.draw.below(SURNAMES.len());
        for (position, generation) in members.iter().enumerate() {
            self.invent(at, *generation, family, position == 1)?;
        }
        Ok(at)
    }

    /// The persons of a household, its head first.
    pub(super) fn members(&self, household: &Household) -> &[Person] {
        self.persons.get(household.head..household.head + household.size).unwrap_or(&[])
    }

    fn choose_home(&mut self, home: Home) -> (usize, Residency) {
        match home {
            Home::Rural => (super::place::TOWN, Residency::Rural),
            Home::Urban => (self.draw.below(super::place::TOWN), Residency::Urban),
            Home::Anywhere => {
                let place = self.draw.weighted(&weights());
                let rural = PLACES.get(place).map_or(0, |place| place.rural_per_mille);
                let rural = self.draw.chance(rural);
                (place, if rural { Residency::Rural } else { Residency::Urban })
            }
        }
    }

    /// The second member of a household is the head's spouse and has a surname of their own.
    fn invent(
        &mut self,
        household: usize,
        generation: Generation,
        family: usize,
        married_in: bool,
    ) -> Result<(), DemoError> {
        let surname = if married_in { self.draw.below(SURNAMES.len()) } else { family };
        let name = self.name(surname);
        let woman = self.draw.chance(500);
        let [elders, adults, children] = &mut self.invented;
        let invented = match generation {
            Generation::Elder => elders,
            Generation::Adult => adults,
            Generation::Child => children,
        };
        self.persons.push(Person {
            number: identity_number(generation, *invented, woman)?,
            name,
            account: account_number(self.persons.len()),
            household,
        });
        *invented += 1;
        Ok(())
    }

    fn name(&mut self, surname: usize) -> String {
        let first = self.draw.below(FIRST_CHARACTERS.len());
        let second = self.draw.below(SECOND_CHARACTERS.len());
        let characters =
            [SURNAMES.get(surname), FIRST_CHARACTERS.get(first), SECOND_CHARACTERS.get(second)];
        characters.into_iter().flatten().copied().collect()
    }
}

/// The identity number of the person with that serial number in the generation: serials run through
/// all days of the generation's birth years in a scattered order, then through the sequence numbers,
/// which are odd for men and even for women. So no number is given twice.
fn identity_number(
    generation: Generation,
    serial: usize,
    woman: bool,
) -> Result<IdentityNumber, DemoError> {
    /// A prime that divides no count of days in use, so that its multiples meet each day once.
    const STRIDE: usize = 7919;
    let (from, to) = generation.birth_years();
    let impossible = || refused("birth date", serial)("no such day");
    let first = NaiveDate::from_ymd_opt(from, 1, 1).ok_or_else(impossible)?;
    let after = NaiveDate::from_ymd_opt(to, 1, 1).ok_or_else(impossible)?;
    let days = usize::try_from((after - first).num_days()).map_err(|_| impossible())?.max(1);
    let day = u64::try_from(serial * STRIDE % days).map_err(|_| impossible())?;
    let born = first.checked_add_days(Days::new(day)).ok_or_else(impossible)?;
    let sequence = serial / days * 2 + if woman { 2 } else { 1 };
    let digits =
        format!("{DISTRICT}{:04}{:02}{:02}{sequence:03}", born.year(), born.month(), born.day());
    IdentityNumber::from_first_seventeen(&digits).map_err(refused("identity number", serial))
}

/// The account with that serial number: 19 digits under a prefix of no bank.
pub(super) fn account_number(serial: usize) -> String {
    let mut number = format!("620000{serial:012}");
    let check = ('0'..='9').find(|digit| passes_luhn(&format!("{number}{digit}")));
    number.extend(check);
    number
}

/// Surnames and the two characters of given names; every name is a throw of the dice over these.
const SURNAMES: [&str; 48] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭",
    "萧", "蔡", "潘", "田", "董", "袁", "于", "余", "叶", "蒋", "杜", "苏", "魏", "程", "吕", "丁",
];
const FIRST_CHARACTERS: [&str; 40] = [
    "国", "建", "志", "文", "德", "永", "春", "秋", "玉", "秀", "桂", "金", "银", "明", "清", "家",
    "兴", "荣", "福", "寿", "康", "安", "宁", "和", "平", "顺", "长", "世", "正", "光", "庆", "祥",
    "瑞", "雪", "月", "梅", "兰", "竹", "菊", "松",
];
const SECOND_CHARACTERS: [&str; 40] = [
    "华", "英", "芳", "珍", "林", "生", "根", "泉", "龙", "凤", "仁", "义", "礼", "智", "信", "忠",
    "孝", "良", "善", "诚", "敏", "慧", "洁", "静", "娟", "燕", "萍", "红", "青", "霞", "云", "海",
    "江", "河", "山", "峰", "岩", "田", "园", "圃",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_identity_number_is_given_twice_and_none_could_be_anybodys() {
        let mut seen = BTreeSet::new();
        for generation in [Generation::Elder, Generation::Adult, Generation::Child] {
            for serial in 0..30_000 {
                let number = identity_number(generation, serial, serial % 3 == 0).unwrap();
                let year: i32 = number.as_str().get(6..10).unwrap().parse().unwrap();
                assert!((1800..1860).contains(&year));
                assert!(number.as_str().starts_with(DISTRICT));
                assert!(seen.insert(number));
            }
        }
    }

    #[test]
    fn accounts_pass_luhn_under_a_prefix_of_no_bank() {
        for serial in [0, 1, 9, 45_000] {
            let account = account_number(serial);
            assert_eq!(account.len(), 19);
            assert!(account.starts_with("620000"));
            assert!(passes_luhn(&account));
        }
    }
}
