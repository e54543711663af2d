//! A ledger with an event of every type in it.

use serde_json::{Value, json};

use crate::bureau::{Bureau, OFFICER, batch_list};

impl Bureau {
    /// Records an event of every type and a payment of every kind in a ledger that has none yet.
    pub async fn record_everything(&self, ledger: &str) {
        let record = async |name: &str, mut input: Value| {
            input["ledger"] = json!(ledger);
            self.recorded(name, input).await
        };
        let fund = json!({"id": "fiscal", "name": "区级财政资金", "source": "FISCAL", "level": "COUNTY",
            "programmes": ["minimum-living-allowance", "temporary-assistance", "disability-living-allowance"]});
        record("openFund", fund).await;
        let allotment = json!({"id": "allotment-1", "fund": "fiscal", "amount": "100000.00",
                               "occurredOn": "2020-01-02", "document": "钟财社〔2020〕1号"});
        record("receiveFunds", allotment).await;
        let standard = json!({"id": "s-1", "programme": "低保", "unit": "PERSON_MONTH", "amount": "900",
                              "effectiveFrom": "2020-01-01", "document": "常民〔2020〕1号"});
        record("setStandard", standard).await;
        let grant = json!({"id": "g-1", "programme": "低保", "householdNo": "ZL-1", "members": 2,
                           "personNo": "320404180001010028", "personName": "张三", "amount": "1500.00",
                           "fromMonth": "2020-01", "toMonth": "2020-12", "verification": "HD-2020-1"});
        record("approveGrant", grant).await;
        let payment = json!({"id": "p-1", "grant": "g-1", "programme": "低保", "fund": "fiscal",
            "amount": "1500.00", "entitlementMonth": "2020-06", "occurredOn": "2020-06-15",
            "recipient": {"personNo": "320404180001010028", "personName": "张三", "householdNo": "ZL-1",
                          "members": ["32040418000101001X"], "coveredPersons": 2},
            "payout": {"payeeName": "张三", "accountNo": "6228480000000000018", "document": "PZ-1"}});
        record("recordGrantPayment", payment).await;
        let aid = json!({"id": "p-2", "fund": "fiscal", "kind": "URGENT", "cause": "火灾", "amount": "2000",
            "occurredOn": "2020-06-16", "recipient": {"householdNo": "ZL-2", "coveredPersons": 3}});
        record("recordTemporaryAid", aid).await;
        let subsidy = json!({"id": "p-3", "fund": "fiscal", "subsidy": "LIVING", "certificate": "C-1",
            "amount": "100", "entitlementMonth": "2020-06", "occurredOn": "2020-06-16",
            "recipient": {"personNo": "321311180001010019", "personName": "李四"}});
        record("recordDisabilitySubsidy", subsidy).await;
        let reversal =
            json!({"id": "r-1", "payment": "p-3", "reason": "重复", "occurredOn": "2020-06-17"});
        record("reversePayment", reversal).await;
        let store = json!({"id": "st-1", "name": "邹区慈善超市"});
        record("openStore", store).await;
        let rice = |quantity| json!([{"item": "大米", "unit": "袋", "quantity": quantity, "unitValue": "45.00"}]);
        let goods = json!({"id": "gr-1", "store": "st-1", "donor": "某公司", "occurredOn": "2020-06-01",
                           "items": rice(10)});
        record("receiveGoods", goods).await;
        let hand_out = json!({"id": "p-4", "store": "st-1", "occurredOn": "2020-06-20", "items": rice(2),
                              "recipient": {"householdNo": "ZL-2"}});
        record("disburseGoods", hand_out).await;
        let township = json!({"id": "township", "name": "邹区镇社会救助专户", "source": "FISCAL",
                              "level": "TOWNSHIP", "programmes": ["temporary-assistance"]});
        record("openFund", township).await;
        let opening = json!({"id": "ob-1", "fund": "township", "amount": "300.00",
                             "occurredOn": "2020-01-01", "document": "移交〔2019〕12号"});
        record("recordOpeningBalance", opening).await;
        let transfer = json!({"id": "t-1", "fund": "fiscal", "to": "township", "amount": "1000.00",
                              "occurredOn": "2020-06-21", "document": "调拨〔2020〕3号"});
        record("transferFunds", transfer).await;
        let surplus = json!({"id": "rm-1", "fund": "township", "amount": "50.00",
                             "occurredOn": "2020-12-31", "document": "财社〔2020〕88号"});
        record("remitSurplus", surplus).await;
        let stop = json!({"id": "stop-1", "grant": "g-1", "fromMonth": "2020-11", "reason": "MOVED",
                          "document": "停发〔2020〕7号"});
        record("stopGrant", stop).await;
        self.record_officers(ledger).await;
        self.record_batches(ledger).await;
        self.record_bank_results(ledger).await;
        self.record_recovery(ledger).await;
        self.record_end_of_a_batch(ledger).await;
        self.record_advance(ledger).await;
        self.record_period(ledger).await;
        let look = json!({"id": "pd-1", "batch": "b-5", "reason": "信访核查"});
        self.by_officer(ledger, "w-022", "disclosePersonalData", look).await;
        self.record_death(ledger).await;
    }

    /// An event of every type about batches: one that is released, and one that is given up.
    async fn record_batches(&self, ledger: &str) {
        let record = async |officer: &str, name: &str, input: Value| {
            self.by_officer(ledger, officer, name, input).await;
        };
        let bands = json!({"id": "rg-3", "bands": [{"from": "50000.00", "approvals": 2}],
                           "document": "三重一大〔2020〕1号"});
        record("w-021", "setApprovalBands", bands).await;
        self.release(ledger, "b-1", &batch_list(&[("b-1-1", "ZL-3", "300.00")])).await;
        let list = batch_list(&[("b-2-1", "ZL-3", "300.00")]);
        let draft = json!({"id": "b-2-draft", "batch": "b-2", "title": "临时救助", "list": list});
        record("w-021", "draftBatch", draft).await;
        record("w-021", "submitBatch", self.step_of(ledger, "b-2", "submit").await).await;
        let ended = |id: &str| json!({"id": id, "batch": "b-2", "reason": "金额有误"});
        record("w-022", "sendBackBatch", ended("b-2-back")).await;
        record("w-021", "cancelBatch", ended("b-2-cancel")).await;
    }

    /// An event of every type about what a bank answers: one payment is settled, one returned and paid out
    /// again, one returned after it was settled and given up.
    async fn record_bank_results(&self, ledger: &str) {
        let rows = [("b-3-1", "ZL-4"), ("b-3-2", "ZL-5"), ("b-3-3", "ZL-6")];
        let list = batch_list(&rows.map(|(id, household)| (id, household, "200.00")));
        self.release(ledger, "b-3", &list).await;
        let header = "payment_id,result,reason,occurred_on";
        for file in [
            "b-3-1,settled,,2020-07-16\nb-3-2,returned,account-closed,2020-07-16\n\
             b-3-3,settled,,2020-07-16\nunknown,settled,,2020-07-16",
            "b-3-3,returned,name-differs,2020-07-17",
        ] {
            let file = json!({"file": format!("{header}\n{file}")});
            self.by_officer(ledger, "w-021", "recordBankResults", file).await;
        }
        let again = batch_list(&[("b-4-1", "ZL-5", "200.00")]);
        let again = again.replacen("kind", "kind,reissues", 1) + ",b-3-2";
        self.release(ledger, "b-4", &again).await;
        let given_up = json!({"ledger": ledger, "id": "r-2", "payment": "b-3-3", "reason": "不再发放",
                              "occurredOn": "2020-07-20"});
        self.recorded("reversePayment", given_up).await;
    }

    /// An event of every type about money that is asked back: of what a bank credited, a part is ordered back,
    /// of which some comes in and the rest is given up.
    async fn record_recovery(&self, ledger: &str) {
        let ordered = json!({"id": "ro-1", "amount": "150.00", "reason": "收入超标", "document": "追回〔2020〕1号"});
        let received = json!({"id": "rr-1", "amount": "100.00", "document": "收据-1"});
        let waived = json!({"id": "rw-1", "amount": "50.00", "reason": "确无能力退还", "document": "豁免〔2020〕1号"});
        for (name, occurred_on, mut step) in [
            ("orderRecovery", "2020-08-03", ordered),
            ("receiveRecovery", "2020-08-10", received),
            ("waiveRecovery", "2020-12-28", waived),
        ] {
            step["ledger"] = json!(ledger);
            step["payment"] = json!("b-3-1");
            step["occurredOn"] = json!(occurred_on);
            self.recorded(name, step).await;
        }
    }

    /// The end of a batch: a bank has answered for every line, and for one of them twice.
    async fn record_end_of_a_batch(&self, ledger: &str) {
        let close = self.step_of(ledger, "b-3", "close").await;
        self.by_officer(ledger, "w-022", "closeBatch", close).await;
    }

    /// An event of every type about an advance: the money goes after two hands, the papers take the other two.
    async fn record_advance(&self, ledger: &str) {
        let list = batch_list(&[("b-5-1", "ZL-7", "600.00")]);
        let draft = json!({"id": "b-5-draft", "batch": "b-5", "title": "急难救助", "list": list});
        self.by_officer(ledger, "w-021", "draftBatch", draft).await;
        for (officer, name) in [
            ("w-021", "submitBatch"),
            ("w-023", "advanceBatch"),
            ("w-022", "reviewPapers"),
            ("w-024", "completePapers"),
        ] {
            let mut step = self.step_of(ledger, "b-5", name).await;
            if name == "reviewPapers" {
                step["document"] = json!("临救补〔2020〕1号");
            }
            self.by_officer(ledger, officer, name, step).await;
        }
    }

    /// An event of every type about a month of the books, and a payment that is late for it. In the end the month
    /// is open.
    async fn record_period(&self, ledger: &str) {
        let step = async |officer: &str, name: &str, id: &str, occurred_on: &str| {
            let mut step = json!({"id": id, "month": "2020-06", "occurredOn": occurred_on});
            if name == "proposeReopening" {
                step["document"] = json!("反结账〔2020〕1号");
                step["reason"] = json!("漏记一笔");
            }
            self.by_officer(ledger, officer, name, step).await;
        };
        step("w-021", "proposeClosing", "m-1", "2020-07-03").await;
        step("w-021", "withdrawProposal", "m-2", "2020-07-03").await;
        step("w-021", "proposeClosing", "m-3", "2020-07-06").await;
        step("w-023", "closePeriod", "m-4", "2020-07-07").await;
        let late = json!({"ledger": ledger, "id": "p-5", "fund": "fiscal", "kind": "URGENT", "cause": "火灾",
            "amount": "250.00", "occurredOn": "2020-06-30", "recipient": {"householdNo": "ZL-8"}});
        self.recorded("recordTemporaryAid", late).await;
        step("w-021", "proposeReopening", "m-5", "2020-08-10").await;
        step("w-023", "reopenPeriod", "m-6", "2020-08-11").await;
    }

    /// An event of every type about a person: a death is reported, and the report was wrong. In the end nobody died.
    async fn record_death(&self, ledger: &str) {
        let report = json!({"id": "dr-1", "personNo": "320404180001010028", "diedOn": "2020-09-28",
                            "source": "民函〔2020〕88号", "occurredOn": "2020-10-12"});
        self.by_officer(ledger, "w-021", "reportDeath", report).await;
        let withdrawal = json!({"id": "dr-2", "personNo": "320404180001010028",
                                "report": "dr-1", "document": "核实〔2020〕3号", "occurredOn": "2020-10-15"});
        self.by_officer(ledger, "w-023", "withdrawDeathReport", withdrawal).await;
    }

    /// Makes and releases a batch of this list by the officers `w-021` to `w-024`.
    async fn release(&self, ledger: &str, batch: &str, list: &str) {
        let draft = json!({"id": format!("{batch}-draft"), "batch": batch, "title": "临时救助", "list": list});
        self.by_officer(ledger, "w-021", "draftBatch", draft).await;
        for (officer, step) in
            [("w-021", "submit"), ("w-022", "review"), ("w-023", "approve"), ("w-024", "release")]
        {
            let input = self.step_of(ledger, batch, step).await;
            self.by_officer(ledger, officer, &format!("{step}Batch"), input).await;
        }
    }

    async fn step_of(&self, ledger: &str, batch: &str, step: &str) -> Value {
        let question =
            "query($ledger: ID!, $id: ID!) { batch(ledger: $ledger, id: $id) { digest } }";
        let found = self.query(question, json!({"ledger": ledger, "id": batch})).await;
        json!({"id": format!("{batch}-{step}"), "batch": batch, "digest": found["batch"]["digest"]})
    }

    async fn by_officer(&self, ledger: &str, officer: &str, name: &str, mut input: Value) {
        input["ledger"] = json!(ledger);
        let payload = self.mutate_as(officer, name, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{name} by {officer}");
    }

    /// An event of every type about officers. In the end they are not required.
    async fn record_officers(&self, ledger: &str) {
        let record = async |name: &str, mut input: Value| {
            input["ledger"] = json!(ledger);
            self.recorded(name, input).await
        };
        let own = json!({"id": "w-017", "name": "王五", "roles": ["SECURITY_ADMINISTRATOR"]});
        record("enrolOfficer", own).await;
        record("enrolOfficer", json!({"id": "w-018", "name": "赵六", "roles": ["MAKER"]})).await;
        let change = |id: &str, role: &str| json!({"id": id, "officer": "w-018", "role": role, "document": "任职〔2020〕3号"});
        record("giveRole", change("rc-1", "APPROVER")).await;
        record("withdrawRole", change("rc-2", "MAKER")).await;
        self.sign_in_to(ledger, OFFICER).await;
        for (id, required) in [("rg-1", true), ("rg-2", false)] {
            let document = "内控〔2020〕1号";
            let set = json!({"id": id, "required": required, "document": document});
            record("requireOfficers", set).await;
        }
    }
}
