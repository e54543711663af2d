//! Where a bank credited a part: that part can be asked back, and the rest goes its own way.

use tests::bureau::batch_list;

use super::*;
use crate::bank_results::{approve, release_of};

/// Of 600 yuan, 400 arrived.
async fn credited_in_part() -> Bureau {
    let bureau = released(&TWO).await;
    let rows = ["b-1,settled,,,2020-07-16", "b-2,partly-paid,400.00,name-differs,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    bureau
}

/// Pays out again, by four hands, what came back.
async fn reissue(bureau: &Bureau) {
    let list = batch_list(&[("c-2", "ZL-2", "200.00")]);
    let list = list.replacen("kind", "kind,reissues", 1) + ",b-2";
    approve(bureau, "july", &list).await;
    assert_eq!(release_of(bureau, "july").await["userErrors"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_part_that_arrived_is_asked_back_and_the_rest_is_still_paid_out_again() {
    let bureau = credited_in_part().await;
    let refused = bureau.refused("orderRecovery", order("ro-1", "b-2", "400.01")).await;
    assert_eq!(refused, ("ABOVE_RECOVERABLE".to_owned(), "amount".to_owned()));
    recorded(&bureau, "orderRecovery", order("ro-1", "b-2", "400.00")).await;
    recorded(&bureau, "receiveRecovery", receipt("rr-1", "b-2", "250.00")).await;
    assert_eq!(sums(&bureau, "b-2").await, ["400.00", "400.00", "250.00", "0.00", "150.00"]);
    assert_eq!(fund(&bureau).await, ["1300.00", "400.00", "250.00", "0.00", "8950.00"]);

    reissue(&bureau).await;
    assert_eq!(fund(&bureau).await, ["1300.00", "400.00", "250.00", "0.00", "8750.00"]);
    assert_eq!(payment(&bureau, "b-2").await["bank"], "PARTLY_PAID");
    recorded(&bureau, "waiveRecovery", waiver("rw-1", "b-2", "150.00")).await;
    // What was paid out again is a payment of its own, and is asked back by itself once it arrived.
    let refused = bureau.refused("orderRecovery", order("ro-2", "c-2", "200.00")).await;
    assert_eq!(refused.0, "NOTHING_TO_RECOVER");
    assert_eq!(answered(&bureau, &["c-2,settled,,,2020-08-21"]).await, (1, json!([])));
    recorded(&bureau, "orderRecovery", order("ro-2", "c-2", "200.00")).await;
    let last = recorded(&bureau, "receiveRecovery", receipt("rr-2", "c-2", "200.00")).await;
    assert_eq!(fund(&bureau).await, ["1500.00", "600.00", "450.00", "150.00", "8950.00"]);
    let (net, [payments, ..]) = total(&bureau, "NET", last).await;
    assert_eq!((net.as_str(), payments), ("1050.00", 3));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_out_again_does_not_keep_the_part_that_arrived_from_being_asked_back() {
    let bureau = credited_in_part().await;
    reissue(&bureau).await;
    recorded(&bureau, "orderRecovery", order("ro-1", "b-2", "400.00")).await;
    recorded(&bureau, "receiveRecovery", receipt("rr-1", "b-2", "400.00")).await;
    assert_eq!(sums(&bureau, "b-2").await, ["400.00", "400.00", "400.00", "0.00", "0.00"]);
    // Once only: it is on its way already.
    let list = batch_list(&[("c-3", "ZL-2", "200.00")]);
    let list = list.replacen("kind", "kind,reissues", 1) + ",b-2";
    let draft = json!({"id": "late-draft", "batch": "late", "title": "重发", "list": list});
    assert_eq!(bureau.refused("draftBatch", draft).await.0, "ALREADY_REISSUED");
    bureau.check_ledger().await;
}
