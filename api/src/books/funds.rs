//! What can be asked of a fund.

use domain::events::AnyEvent;
use domain::fund::{
    Fund, FundCommand, FundEvent, OpenFund, ReceiveFunds, RecordOpeningBalance, RemitSurplus,
    TransferFunds,
};
use domain::ids::{OpeningBalanceId, ReceiptId, RemittanceId, TransferId};

use super::commands::code;
use super::{Acting, Book, CommandError, Receipt};
use crate::requests::{
    OpenFundRequest, OpeningBalanceRequest, ReceiveFundsRequest, RemitSurplusRequest,
    TransferFundsRequest,
};

impl Book {
    /// Opens a fund.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn open_fund(
        &self,
        acting: &Acting,
        request: OpenFundRequest,
    ) -> Result<Receipt, CommandError> {
        let command = FundCommand::OpenFund(OpenFund {
            fund: self.fund_id(request.id.as_str()),
            code: code(&request.id)?,
            name: request.name,
            source: request.source,
            level: request.level,
            budget_code: request.budget_code,
            programmes: request.programmes,
        });
        let asked = self.asked::<Fund>("fund", &request.id, command, "id");
        self.carry_out(acting, asked, |event| {
            matches!(event, AnyEvent::Fund(FundEvent::FundOpened(_)))
        })
        .await
    }

    /// Writes down what a fund held when its books began.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn record_opening_balance(
        &self,
        acting: &Acting,
        request: OpeningBalanceRequest,
    ) -> Result<Receipt, CommandError> {
        let opening =
            OpeningBalanceId::from_uuid(self.uuid("opening-balance", request.id.as_str()));
        let command = FundCommand::RecordOpeningBalance(RecordOpeningBalance {
            fund: self.fund(&request.fund).await?,
            opening,
            amount: request.amount,
            occurred_on: request.occurred_on,
            document: request.document,
        });
        let asked = self.asked::<Fund>("opening-balance", &request.id, command, "fund");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Fund(FundEvent::OpeningBalanceRecorded(found)) if found.opening == opening);
        self.carry_out(acting, asked, is).await
    }

    /// Books money into a fund.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn receive_funds(
        &self,
        acting: &Acting,
        request: ReceiveFundsRequest,
    ) -> Result<Receipt, CommandError> {
        let receipt = ReceiptId::from_uuid(self.uuid("receipt", request.id.as_str()));
        let command = FundCommand::ReceiveFunds(ReceiveFunds {
            fund: self.fund(&request.fund).await?,
            receipt,
            amount: request.amount,
            occurred_on: request.occurred_on,
            document: request.document,
            income: request.income,
        });
        let asked = self.asked::<Fund>("receipt", &request.id, command, "fund");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Fund(FundEvent::FundsReceived(found)) if found.receipt == receipt);
        self.carry_out(acting, asked, is).await
    }

    /// Moves money from one fund to another.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn transfer_funds(
        &self,
        acting: &Acting,
        request: TransferFundsRequest,
    ) -> Result<Receipt, CommandError> {
        let transfer = TransferId::from_uuid(self.uuid("transfer", request.id.as_str()));
        let fund = self.fund(&request.fund).await?;
        let to = self.fund(&request.to).await.map_err(|error| match error {
            CommandError::Refused(refusal) => CommandError::Refused(refusal.about(&["to"])),
            fault => fault,
        })?;
        let command = FundCommand::TransferFunds(TransferFunds {
            fund,
            transfer,
            to,
            amount: request.amount,
            occurred_on: request.occurred_on,
            document: request.document,
        });
        let asked = self.asked::<Fund>("transfer", &request.id, command, "fund");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Fund(FundEvent::FundsTransferred(found)) if found.transfer == transfer);
        self.carry_out(acting, asked, is).await
    }

    /// Hands surplus of a fund back.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn remit_surplus(
        &self,
        acting: &Acting,
        request: RemitSurplusRequest,
    ) -> Result<Receipt, CommandError> {
        let remittance = RemittanceId::from_uuid(self.uuid("remittance", request.id.as_str()));
        let command = FundCommand::RemitSurplus(RemitSurplus {
            fund: self.fund(&request.fund).await?,
            remittance,
            amount: request.amount,
            occurred_on: request.occurred_on,
            document: request.document,
        });
        let asked = self.asked::<Fund>("remittance", &request.id, command, "fund");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Fund(FundEvent::SurplusRemitted(found)) if found.remittance == remittance);
        self.carry_out(acting, asked, is).await
    }
}
