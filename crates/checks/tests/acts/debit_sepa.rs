//! What banks send back of debits of SEPA: returns in statements and notifications, and what they did not
//! take, found by the ids that we gave, once.

use jiff::civil::date;
use meterbook_app::debit::returned::Became;
use meterbook_app::mandate;
use meterbook_checks::engines;
use meterbook_core::debit::Format;
use meterbook_core::id::{AccountId, DebitFileId};
use meterbook_core::money::Money;
use meterbook_core::task::TaskKind;
use meterbook_store as store;

use crate::debit::{euros, held, make, owes, sound, town, wanted, written};
use crate::debit_returned::{at, take_in_on, taken_back};
use crate::village::says;

/// A message with what was booked back: an id, an amount, a reason, and how it stands.
fn booked(root: &str, part: &str, said: &[(&str, &str, &str, &str)]) -> String {
    let mut text = format!(
        "<Document><{root}><GrpHdr><MsgId>B-1</MsgId></GrpHdr><{part}><Id>1</Id>\
         <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    );
    for (id, amount, reason, status) in said {
        text += &format!(
            "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>\
             <RvslInd>true</RvslInd><Sts>{status}</Sts><NtryDtls><TxDtls><Refs>\
             <EndToEndId>{id}</EndToEndId><MndtId>M-000004</MndtId></Refs>\
             <RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"
        );
    }
    text + &format!("</{part}></{root}></Document>")
}

fn notified(said: &[(&str, &str, &str, &str)]) -> String {
    booked("BkToCstmrDbtCdtNtfctn", "Ntfctn", said)
}

fn rejected(group: &str, parts: &str) -> String {
    format!(
        "<Document><CstmrPmtStsRpt><GrpHdr><MsgId>S-1</MsgId></GrpHdr><OrgnlGrpInfAndSts>\
         <OrgnlMsgId>F-1</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>{parts}</CstmrPmtStsRpt></Document>"
    )
}

#[test]
fn what_is_booked_back_is_taken_back_once_in_whatever_message_it_comes() {
    engines::each(|db, folder| {
        town(db, folder);
        euros(db);
        make(db, &wanted(Format::Pain008, 17_76)).unwrap();
        assert!(written(db, 1).unwrap().contains("<EndToEndId>D-1</EndToEndId>"));
        let by = at("2026-03-16");
        // What is pending, of another amount, or of another sender takes nothing back.
        let pending = notified(&[("D-1", "17.76", "AM04", "PDNG")]);
        assert!(
            says(&take_in_on(db, by, &pending).unwrap_err()).starts_with("nothing in this file")
        );
        let odd =
            notified(&[("D-1", "17.77", "AM04", "BOOK"), ("NOTPROVIDED", "5.00", "MD06", "BOOK")]);
        assert_eq!(take_in_on(db, by, &odd).unwrap(), [Became::Task, Became::Task]);
        let tasks = db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
        let said = "MD06 refund asked for by the debtor, $5.00 of the id NOTPROVIDED";
        assert!(tasks.iter().any(|it| it.evidence == said), "{tasks:?}");
        assert_eq!(owes(db)[3], 0);

        let back = notified(&[("D-1", "17.76", "MD06", "BOOK")]);
        let back = back.replace("<Sts>", "<BookgDt><Dt>2026-03-14</Dt></BookgDt><Sts>");
        // As much in other money is another amount.
        let dollars = back.replace("\"EUR\"", "\"USD\"");
        let why = says(&take_in_on(db, by, &dollars).unwrap_err());
        let says_so = "it is in USD and the bills of this utility are in EUR; nothing was posted";
        assert!(why.starts_with(says_so), "{why}");
        assert_eq!(owes(db)[3], 0);
        assert_eq!(take_in_on(db, by, &back).unwrap(), [taken_back(4, 17_76, false)]);
        assert_eq!(owes(db)[3], 17_76);
        let returned = db.read(|tx| store::returned::of_account(tx, AccountId(4))).unwrap();
        assert_eq!(returned[0].on, date(2026, 3, 14), "the day on which the bank took it");
        assert_eq!(held(db)[3], (4, "a debit came back and is still owed".to_owned()));
        let statement = booked("BkToCstmrStmt", "Stmt", &[("D-1", "17.76", "MD06", "BOOK")]);
        for text in [&back, &statement] {
            assert_eq!(take_in_on(db, by, text).unwrap(), [Became::Already]);
        }
        let cut = &back[..back.len() - 40];
        assert!(
            says(&take_in_on(db, by, cut).unwrap_err())
                .ends_with("ask the bank for the file again")
        );
        sound(db);
    });
}

#[test]
fn what_a_bank_did_not_take_is_taken_back_and_ends_what_it_must() {
    let single = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>F-1-1</OrgnlPmtInfId><TxInfAndSts>\
        <OrgnlEndToEndId>D-1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>\
        </StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>";
    let collection = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>F-1-1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>\
        <StsRsnInf><Rsn><Cd>MS03</Cd></Rsn></StsRsnInf></OrgnlPmtInfAndSts>";
    let other = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>F-1-2</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>\
        <StsRsnInf><Rsn><Cd>MS03</Cd></Rsn></StsRsnInf></OrgnlPmtInfAndSts>";
    let group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>";
    let fine = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>F-1-1</OrgnlPmtInfId><TxInfAndSts>\
        <OrgnlEndToEndId>D-1</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>";
    engines::each(|db, folder| {
        town(db, folder);
        euros(db);
        make(db, &wanted(Format::Pain008, 17_76)).unwrap();
        let by = at("2026-03-11");
        let why = take_in_on(db, by, &rejected("", fine)).unwrap_err();
        assert!(says(&why).starts_with("nothing in this file"), "{why}");
        assert_eq!(take_in_on(db, by, &rejected("", other)).unwrap(), [Became::Task]);
        assert_eq!(owes(db)[3], 0);
        // A debit of another file than the message names, and a file that is none of ours.
        let other = rejected("", single).replace("F-1</OrgnlMsgId>", "F-2</OrgnlMsgId>");
        assert_eq!(take_in_on(db, by, &other).unwrap(), [Became::Task]);
        let other = rejected(group, "").replace("F-1</OrgnlMsgId>", "F-77</OrgnlMsgId>");
        assert_eq!(take_in_on(db, by, &other).unwrap(), [Became::Task]);
        let tasks = db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
        let said = "of the message F-77, which is no file of ours";
        assert!(tasks.iter().any(|it| it.evidence.ends_with(said)), "{tasks:?}");
        assert_eq!(owes(db)[3], 0);
        for (text, ended) in [(rejected("", single), true), (rejected("", collection), false)] {
            let told = db.write(|tx| {
                tx.trial(|tx| {
                    let key = crate::mandate::key();
                    let told =
                        meterbook_app::debit::returned::take_in(tx, by, &key, text.as_bytes())?;
                    let on = mandate::on(tx, AccountId(4), date(2026, 3, 12))?;
                    assert_eq!(on.is_none(), ended);
                    Ok(told)
                })
            });
            let became: Vec<Became> = told.unwrap().into_iter().map(|it| it.became).collect();
            assert_eq!(became, [taken_back(4, 17_76, ended)]);
        }
        // What is wrong with the file is nothing that the customer did: its bills go into the next one.
        let (file, amount) = (DebitFileId(1), Money::from_cents(17_76));
        let off = take_in_on(db, by, &rejected(group, "")).unwrap();
        assert_eq!(off, [Became::CalledOff { file, amount }]);
        assert_eq!(take_in_on(db, by, &rejected(group, "")).unwrap(), [Became::Already]);
        assert_eq!(take_in_on(db, by, &rejected("", single)).unwrap(), [Became::Already]);
        assert_eq!(owes(db)[3], 17_76);
        sound(db);
        make(db, &wanted(Format::Pain008, 17_76)).unwrap();
        assert_eq!(owes(db)[3], 0);
        assert!(
            written(db, 2).unwrap().contains("<SeqTp>FRST</SeqTp>"),
            "nothing was taken before"
        );
        sound(db);
    });
}

#[test]
fn what_a_bank_says_of_a_whole_file_is_that_of_ours_or_a_task() {
    let group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>";
    let part = |said: &str| {
        format!(
            "<OrgnlPmtInfAndSts><OrgnlPmtInfId>F-1-1</OrgnlPmtInfId>{said}<PmtInfSts>RJCT</PmtInfSts>\
             <StsRsnInf><Rsn><Cd>MS03</Cd></Rsn></StsRsnInf></OrgnlPmtInfAndSts>"
        )
    };
    let said = |many: i64, sum: &str| {
        format!("<OrgnlNbOfTxs>{many}</OrgnlNbOfTxs><OrgnlCtrlSum>{sum}</OrgnlCtrlSum>")
    };
    engines::each(|db, folder| {
        town(db, folder);
        euros(db);
        make(db, &wanted(Format::Pain008, 17_76)).unwrap();
        let by = at("2026-03-11");
        for other in [said(1, "x"), said(1, "17.77"), said(2, "17.76")] {
            let whole = rejected(&(other.clone() + group), "");
            assert_eq!(take_in_on(db, by, &whole).unwrap(), [Became::Task], "{other}");
            let collection = rejected("", &part(&other));
            assert_eq!(take_in_on(db, by, &collection).unwrap(), [Became::Task], "{other}");
        }
        let tasks = db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
        let told = "of the message F-1, which to the bank is 2 of 17.76; the file is 1 of $17.76";
        assert!(tasks.iter().any(|it| it.evidence.ends_with(told)), "{tasks:?}");
        assert_eq!(owes(db)[3], 0, "nothing was taken back");
        let (file, amount) = (DebitFileId(1), Money::from_cents(17_76));
        let whole = rejected(&(said(1, "17.76") + group), "");
        let off = take_in_on(db, by, &whole).unwrap();
        assert_eq!(off, [Became::CalledOff { file, amount }]);
        assert_eq!(owes(db)[3], 17_76);
        sound(db);
    });
}
