//! The fixed words of the ledger. In payloads they are snake_case; the GraphQL names are the same
//! words in capitals.

macro_rules! words {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident $text:literal $chinese:literal,)* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The snake_case word that stands in payloads and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads the snake_case word, and no other spelling.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }

            /// The Chinese word that a clerk reads.
            pub const fn name_zh(self) -> &'static str {
                match self { $(Self::$variant => $chinese,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    )*};
}

pub(crate) use words;

/// A word of a payment list: English with `-` for `_`, or Chinese.
macro_rules! listed_words {
    ($($name:ident)*) => {$(
        impl $name {
            /// Reads the word as payment lists spell it, for example `in-kind` or `实物`: the
            /// snake_case word with hyphens, or the Chinese one.
            pub fn parse_listed(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| {
                    word.name_zh() == text || word.as_str().replace('_', "-") == text
                })
            }
        }
    )*};
}

words! {
    /// Why a grant ends before its last month.
    StopReason {
        /// The recipient has died.
        Death "death" "死亡",
        /// Income or means are above the line.
        Income "income" "收入或财产超标",
        /// The household has moved away.
        Moved "moved" "迁出",
        /// Another programme takes its place.
        OtherProgramme "other_programme" "转入其他项目",
        /// The recipient gives it up.
        OwnRequest "own_request" "本人申请退出",
        /// It should not have been granted.
        NotEntitled "not_entitled" "不符合条件",
    }
}

words! {
    /// Why a bank did not credit a payment, or took it back.
    ReturnReason {
        /// The name is not that of the account's holder.
        NameDiffers "name_differs" "户名账号不符",
        /// The account was closed.
        AccountClosed "account_closed" "账户已销户",
        /// The account is frozen.
        AccountFrozen "account_frozen" "账户冻结",
        /// The card is of a class that takes no such payments.
        CardClassRefused "card_class_refused" "卡种不支持",
        /// The holder has died.
        HolderDead "holder_dead" "持卡人死亡",
        /// The account is with another bank.
        WrongBank "wrong_bank" "开户行有误",
        /// Anything else that the bank gave no better reason for.
        RejectedByBank "rejected_by_bank" "银行退回",
    }
}

words! {
    /// Where the money of a fund comes from.
    FundSource {
        /// Budget money of some level of government.
        Fiscal "fiscal" "财政拨款",
        /// The joint central and provincial fund for dibao, tekun, temporary aid, vagrants and orphans.
        HardshipSubsidy "hardship_subsidy" "困难群众救助补助资金",
        /// The share of the welfare lottery that goes to public welfare; not lottery sales.
        WelfareLottery "welfare_lottery" "福彩公益金",
        /// Donations held by a charity association.
        Charity "charity" "慈善资金",
        /// Government fund for reservoir resettlers, which has accounts of its own.
        ReservoirResettlement "reservoir_resettlement" "水库移民后期扶持基金",
        /// Anything else.
        Other "other" "其他",
    }

    /// The level of government that a fund's money comes from.
    FundLevel {
        /// The central budget.
        Central "central" "中央",
        /// A province.
        Provincial "provincial" "省级",
        /// A prefecture-level city.
        Municipal "municipal" "市级",
        /// A county, district or county-level city.
        County "county" "县(区)级",
        /// A town, township or street.
        Township "township" "镇(街道)级",
    }

    /// In what form aid reaches the recipient.
    AidForm {
        /// Money, also when a bank carries it.
        Cash "cash" "现金",
        /// Goods or works with a declared value.
        InKind "in_kind" "实物",
        /// A service that the bureau bought.
        Service "service" "服务",
        /// A fee that was not charged; nothing is paid to the recipient.
        Waiver "waiver" "减免",
    }

    /// Whether the recipient lives in a town or in the country.
    Residency {
        /// In a town.
        Urban "urban" "城市",
        /// In the country.
        Rural "rural" "农村",
    }

    /// The way that a payment took.
    Channel {
        /// To a bank account; the rule.
        Bank "bank" "银行卡",
        /// By hand; the exception.
        Cash "cash" "现金",
        /// Goods handed over.
        InKind "in_kind" "实物",
    }

    /// What the amount of a standard is counted for.
    StandardUnit {
        /// For each covered person and month.
        PersonMonth "person_month" "元/人/月",
        /// For each household and month.
        HouseholdMonth "household_month" "元/户/月",
        /// For each covered person and year; a month has a twelfth.
        PersonYear "person_year" "元/人/年",
        /// For each household and year; a month has a twelfth.
        HouseholdYear "household_year" "元/户/年",
        /// For each payment.
        Once "once" "元/次",
    }

    /// The two kinds of temporary aid.
    TemporaryAidKind {
        /// Act first, papers later.
        Urgent "urgent" "急难",
        /// For expenses that overwhelm a household.
        Expenditure "expenditure" "支出",
    }

    /// The two disability subsidies. A person may draw both.
    DisabilitySubsidyKind {
        /// Living allowance for people with disabilities in financial difficulty.
        Living "living" "困难残疾人生活补贴",
        /// Nursing subsidy for people with severe disabilities.
        Nursing "nursing" "重度残疾人护理补贴",
    }

    /// How a programme may be used, which decides what kind of payment it takes.
    PaysAs {
        /// Periodic payments, each for a range of months.
        Grant "grant" "按月发放",
        /// Single payments for no month in particular.
        OneOff "one_off" "一次性发放",
        /// Temporary aid, urgent or for expenditure.
        TemporaryAid "temporary_aid" "临时救助",
        /// Periodic payments of one of the two disability subsidies.
        DisabilitySubsidy "disability_subsidy" "残疾人补贴",
        /// Goods of a charity supermarket.
        Goods "goods" "物资发放",
        /// Money that comes in, such as a donation drive.
        Income "income" "收入",
        /// For reports only.
        NotPayable "not_payable" "不可发放",
    }
}

listed_words! { Residency Channel TemporaryAidKind ReturnReason }

impl PaysAs {
    /// Whether aid may be paid under such a programme at all.
    pub const fn is_payable(self) -> bool {
        !matches!(self, Self::Income | Self::NotPayable)
    }

    /// Whether each payment is for a range of months, and claims them.
    pub const fn is_periodic(self) -> bool {
        matches!(self, Self::Grant | Self::DisabilitySubsidy)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    macro_rules! has_one_spelling {
        ($($name:ident)*) => {$(
            for word in $name::ALL {
                let json = serde_json::to_string(word).unwrap();
                assert_eq!(json, format!("\"{}\"", word.as_str()));
                assert_eq!(serde_json::from_str::<$name>(&json).unwrap(), *word);
                assert_eq!($name::parse(word.as_str()), Some(*word));
                assert_eq!($name::parse(&word.as_str().to_uppercase()), None);
                assert_eq!(word.to_string(), word.as_str());
            }
        )*};
    }

    #[test]
    fn payloads_and_database_spell_each_word_alike() {
        has_one_spelling! {
            FundSource FundLevel AidForm Residency Channel StandardUnit TemporaryAidKind
            DisabilitySubsidyKind PaysAs ReturnReason
        }
    }

    #[test]
    fn payment_lists_may_use_english_or_chinese_words() {
        assert_eq!(Residency::parse_listed("urban"), Some(Residency::Urban));
        assert_eq!(Residency::parse_listed("农村"), Some(Residency::Rural));
        assert_eq!(Channel::parse_listed("bank"), Some(Channel::Bank));
        assert_eq!(Channel::parse_listed("银行卡"), Some(Channel::Bank));
        assert_eq!(Channel::parse_listed("现金"), Some(Channel::Cash));
        assert_eq!(Channel::parse_listed("in-kind"), Some(Channel::InKind));
        assert_eq!(Channel::parse_listed("实物"), Some(Channel::InKind));
        assert_eq!(TemporaryAidKind::parse_listed("urgent"), Some(TemporaryAidKind::Urgent));
        assert_eq!(TemporaryAidKind::parse_listed("急难"), Some(TemporaryAidKind::Urgent));
        assert_eq!(TemporaryAidKind::parse_listed("支出"), Some(TemporaryAidKind::Expenditure));
        assert_eq!(Channel::parse_listed("in_kind"), None);
        assert_eq!(Channel::parse_listed(""), None);
    }

    #[test]
    fn income_and_report_headings_are_not_payable() {
        let payable: Vec<_> = PaysAs::ALL.iter().filter(|pays_as| pays_as.is_payable()).collect();
        assert_eq!(payable.len(), 5);
        assert!(!PaysAs::Income.is_payable() && !PaysAs::NotPayable.is_payable());
        assert!(PaysAs::Grant.is_periodic() && !PaysAs::TemporaryAid.is_periodic());
    }
}
