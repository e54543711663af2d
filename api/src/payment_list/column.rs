//! The columns of a payment list, by their English and Chinese names.

use crate::list_file::columns;

columns! {
    /// A column of a payment list.
    Column {
        /// The sender's own id of the payment, unique in the ledger.
        PaymentId "payment_id" "流水号",
        /// Id, Chinese name or alias of the programme.
        Programme "programme" "项目",
        /// Id or name of the fund; not for goods.
        Fund "fund" "资金",
        /// The recipient's identity number.
        PersonNo "person_no" "身份证号",
        /// The recipient's name.
        PersonName "person_name" "姓名",
        /// The bureau's own household number.
        HouseholdNo "household_no" "户号",
        /// Identity numbers of other persons covered.
        Members "members" "成员身份证号",
        /// How many persons the payment covers.
        CoveredPersons "covered_persons" "惠及人数",
        /// Yuan; not needed for goods.
        Amount "amount" "金额",
        /// First month that is paid for.
        EntitlementMonth "entitlement_month" "所属月份",
        /// Last month that is paid for.
        EntitlementTo "entitlement_to" "所属月份止",
        /// The day it was paid.
        OccurredOn "occurred_on" "发放日期",
        /// Region code of the recipient.
        Region "region" "区划代码",
        /// Urban or rural.
        Residency "residency" "城乡",
        /// Bank, cash or in kind.
        Channel "channel" "发放方式",
        /// Voucher or document number.
        Document "document" "凭证号",
        /// Name of the account holder.
        PayeeName "payee_name" "收款人",
        /// Account number.
        AccountNo "account_no" "账号",
        /// Why temporary aid was given.
        Cause "cause" "事由",
        /// Urgent or expenditure, of temporary aid.
        Kind "kind" "类型",
        /// Number of the disability certificate.
        Certificate "certificate" "残疾证号",
        /// Id or name of the charity supermarket.
        Store "store" "超市",
        /// Goods handed out.
        Items "items" "物资",
        /// The payment that a bank returned and this one pays out again.
        Reissues "reissues" "重发原流水号",
        /// Free text beside the chain.
        Note "note" "备注",
    }
}

impl Column {
    /// Whether its values are about a person, so that a message may show them masked only.
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::PersonNo
                | Self::PersonName
                | Self::HouseholdNo
                | Self::Members
                | Self::PayeeName
                | Self::AccountNo
                | Self::Cause
                | Self::Certificate
                | Self::Note
        )
    }
}
